"""Comma-separated files and their relatives."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path

from rxcrm.models.importing.encodings import encoding_of
from rxcrm.models.importing.grid import MAX_CELL, Grid, Row, Unreadable
from rxcrm.translation import N_

DELIMITERS = ",;\t|:"
_SAMPLE_LINES = 50
#: Stands after the last line; if it turns up inside a cell, a quotation mark was never closed.
_END = "\x00end of file\x00"

csv.field_size_limit(MAX_CELL)


def read_delimited(path: Path) -> Grid:
    """The rows of a text file, each numbered by the line on which it begins."""
    encoding = encoding_of(path)
    delimiter, named = _delimiter_of(path, encoding)

    def rows() -> Iterator[Row]:
        return _rows(path, encoding, delimiter, skip=named)

    return Grid("csv", rows, encoding=encoding, delimiter=delimiter)


def _rows(path: Path, encoding: str, delimiter: str, skip: bool) -> Iterator[Row]:
    with path.open(encoding=encoding, newline="") as file:
        if skip:
            file.readline()
        reader = csv.reader(itertools.chain(file, [_END]), delimiter=delimiter)
        begins = before = int(skip)
        try:
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
        except UnicodeDecodeError:
            raise Unreadable(N_("The text of this file is damaged after line %(line)s."), line=before) from None
        if cells != [_END]:
            raise Unreadable(N_("A quotation mark in line %(line)s is never closed."), line=begins)


def _delimiter_of(path: Path, encoding: str) -> tuple[str, bool]:
    """The delimiter, and whether a first line `sep=;` names it, as Excel writes."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        first = file.readline(1000)
        sample = first + "".join(itertools.islice(file, _SAMPLE_LINES))[:100_000]
    if first.lower().startswith("sep=") and first[4:5] in DELIMITERS and first[4:5]:
        return first[4], True
    return max(DELIMITERS, key=lambda sign: _regularity(sample, sign)), False


def _regularity(sample: str, delimiter: str) -> tuple[float, int]:
    """How evenly a sign cuts the lines: the share of records as wide as the first, then the number of cells."""
    records = [r for r in csv.reader(sample.splitlines(keepends=True), delimiter=delimiter) if r]
    if not records or len(records[0]) < 2:
        return 0, 0
    width = len(records[0])
    # The last record may have been cut off by the end of the sample.
    whole = records[:-1] or records
    return sum(len(r) == width for r in whole) / len(whole), width
