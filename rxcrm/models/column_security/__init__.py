"""Column security: fields that nobody but administrators may see until a profile lets them (S 9.3).

The waist is narrow. A secured field says so in its description (`FieldSpec.secured`), whoever acts knows which secured
fields he may read (`Conventions.reads`) and fill in (`Who.columns`), and everything that tells a value, or asks the
database about one, asks one of them: `fields.show`, `Who.may_read`, `Who.refusal`. Who knows of no grant sees nothing.
"""
