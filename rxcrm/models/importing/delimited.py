"""Comma-separated files and their relatives."""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from rxcrm.models.importing.encodings import broken_line, encoding_of, known
from rxcrm.models.importing.grid import CHECKSUM, MAX_TEXT, Grid, Row, Unreadable
from rxcrm.translation import N_

#: The delimiters that are recognised; any other single character can be chosen.
DELIMITERS = ",;\t|:"
#: Cuts where no delimiter was found: no text has it.
_NONE = "\x1f"
_SAMPLE_LINES = 50
#: So many lines may stand above the headings: a title, a date, an empty line.
_ABOVE = 10
#: Stands after the last line; if it turns up inside a cell, a quotation mark was never closed.
_END = "\x00end of file\x00"

csv.field_size_limit(MAX_TEXT)


def read_delimited(path: Path, encoding: str = "", delimiter: str = "") -> Grid:
    """The rows of a text file, each numbered by the line on which it begins. Empty means: found out.

    `Grid.delimiter` stays empty where nothing cuts the lines. Raises Unreadable.
    """
    encoding = known(encoding) if encoding else encoding_of(path)
    if delimiter and (len(delimiter) > 1 or delimiter in '"\r\n\x00'):
        raise Unreadable(N_("“%(text)s” cannot separate cells. A delimiter is one character."), text=delimiter)
    found, named = _delimiter_of(path, encoding)
    grid = Grid("csv", lambda: _rows(grid, path, skip=named), encoding=encoding, delimiter=delimiter or found)
    return grid


def _rows(grid: Grid, path: Path, skip: bool) -> Iterator[Row]:
    with path.open(encoding=grid.encoding, newline="") as file:
        try:
            if skip:
                file.readline()
            lines = itertools.chain(_lines(grid, file), [_END])
            reader = csv.reader(lines, delimiter=grid.delimiter or _NONE)
            begins = before = int(skip)
            for cells in reader:
                begins, before = before + 1, reader.line_num + int(skip)
                if cells and cells[-1].endswith(_END):
                    break
                yield begins, cells
        except csv.Error:
            raise Unreadable(
                N_("Line %(line)s has a cell that is too long; perhaps a quotation mark is missing there."),
                line=before + 1,
            ) from None
        except UnicodeError:
            raise Unreadable(
                N_(
                    "The text of this file is damaged in line %(line)s, or it is in another encoding than %(encoding)s."
                ),
                line=broken_line(path, grid.encoding),
                encoding=grid.encoding,
            ) from None
        if cells != [_END]:
            raise Unreadable(N_("A quotation mark in line %(line)s is never closed."), line=begins)


def _lines(grid: Grid, file: Iterable[str]) -> Iterator[str]:
    """Lines without zeros, which some programs leave behind and no database keeps, and without a second mark."""
    for number, line in enumerate(file):
        if not number:
            line = line.removeprefix("\ufeff")
        if "\x00" in line:
            grid.note(N_("This file has characters without meaning (NUL); they are left out."))
            line = line.replace("\x00", "")
        yield line


def _delimiter_of(path: Path, encoding: str) -> tuple[str, bool]:
    """The delimiter, and whether a first line `sep=;` names it, as Excel writes. Empty where no sign cuts the lines."""
    try:
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            first = file.readline(1000).removeprefix("\ufeff")
            sample = first + "".join(itertools.islice(file, _SAMPLE_LINES))[:100_000]
    except UnicodeError:
        # UTF-16 without the mark that it must begin with; the rows will say so.
        return "", False
    named = first.rstrip("\r\n")
    if named.lower().startswith("sep=") and len(named) == 5 and named[4] != '"':
        return named[4], True
    sample = sample.replace("\x00", "")
    rated = [(_regularity(sample, sign), sign) for sign in DELIMITERS]
    best, sign = max(rated, key=lambda each: each[0])
    return (sign if best > (0, 0) else ""), False


def _regularity(sample: str, delimiter: str) -> tuple[float, int]:
    """How evenly a sign cuts the lines: the share of records as wide as the headings, then the number of cells.

    The headings are the first record, or, below a title, the first one of the width that nearly all others have.
    """
    try:
        records = [r for r in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if r]
    except csv.Error:
        return 0, 0
    if records and CHECKSUM in records[0]:
        return 2, len(records[0])
    # The last record may have been cut off by the end of the sample.
    widths = [len(r) for r in records[:-1] or records]
    if not widths:
        return 0, 0
    rated = [(widths.count(widths[0]) / len(widths), widths[0])] if widths[0] > 1 else []
    usual = Counter(widths).most_common(1)[0][0]
    if usual > 1 and (above := widths.index(usual)) <= _ABOVE:
        below = widths[above:]
        share = below.count(usual) / len(below)
        if share >= 0.8 and len(below) > 1:
            rated.append((share * 0.99, usual))
    return max(rated, default=(0, 0))
