"""Files of notes, e-mails and appointments: what may come in, whose they are, who may open them (S 4.4).

Whatever a file claims to be, it is only ever downloaded; pictures alone are shown, once their own bytes say that they are.
"""

from __future__ import annotations

import mimetypes
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from PIL import Image
from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from rxcrm.models import filestore
from rxcrm.models.activity import Activity, Attachment
from rxcrm.models.errors import BadValue, NotAllowed, NotFound
from rxcrm.settings import settings
from rxcrm.translation import N_

if TYPE_CHECKING:
    from rxcrm.models.records import Act

#: Pictures that browsers show and that can carry nothing active: Pillow's name → media type.
PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
#: Larger pictures stay plain files: unpacked, they would take a browser's memory.
MOST_PIXELS, LONGEST_SIDE = 50_000_000, 20_000
#: How long an upload waits for its note to be saved, and bytes for somebody to name them.
KEPT = timedelta(hours=24)
#: Uploads of one user that belong to nothing yet.
MOST_LOOSE = 200
NAME_LENGTH = 255
PLAIN = "application/octet-stream"
_LARGEST_ID = 2**63
#: EXIF's orientations in which width and height change places.
_ORIENTATION, _TURNED = 0x0112, {5, 6, 7, 8}

# Only the header is read here, and its size judged by ourselves.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Taken:
    """A file whose bytes lie in the store, not yet in the books. Width and height are 0 for all but pictures."""

    name: str
    mime: str
    size: int
    digest: str
    width: int = 0
    height: int = 0


def take_in(name: str, path: Path) -> Taken:
    """Check a received file and move its bytes into the store. Raises BadValue for a blocked type or a file too large.

    Slow for large files: call it outside of units of work.
    """
    name = cleaned(name)
    check_type(name)
    size = path.stat().st_size
    if size > settings().attachment_megabytes * 1024 * 1024:
        raise too_large()
    mime, width, height = _examine(name, path)
    digest = filestore.digest_of(path)
    filestore.store().keep(path, digest)
    return Taken(name, mime, size, digest, width, height)


def register(act: Act, taken: Taken, *, inline: bool = False) -> Attachment:
    """Enter a file into the books: the user's own, attached to nothing yet."""
    mine = (col(Attachment.created_by_id) == act.who.id, col(Attachment.activity_id).is_(None))
    if (act.session.scalar(select(func.count()).select_from(Attachment).where(*mine)) or 0) >= MOST_LOOSE:
        raise NotAllowed(N_("Too many files wait to be attached. Save what they belong to first."))
    row = Attachment(
        name=taken.name,
        mime=taken.mime,
        size=taken.size,
        digest=taken.digest,
        width=taken.width,
        height=taken.height,
        inline=inline,
        created_on=act.now,
        created_by_id=act.who.id,
    )
    act.session.add(row)
    act.session.flush()
    return row


def store(act: Act, name: str, path: Path) -> Attachment:
    """`take_in` and `register` in one: the file at `path` is the user's, attached to nothing yet."""
    return register(act, take_in(name, path))


def attach(act: Act, activity_id: int, ids: Sequence[int]) -> list[Attachment]:
    """Give an activity, found with WRITE, these files: the user's loose ones; its own stay as they are.

    Raises NotFound for any other.
    """
    found = {row.id: row for row in _rows(act.session, ids)}
    for file_id in ids:
        row = found.get(file_id)
        if row is None or not (row.activity_id == activity_id or _is_loose(act, row)):
            raise NotFound(N_("A file is no longer there. Attach it again."))
    for row in found.values():
        row.activity_id = activity_id
    act.session.flush()
    return [found[file_id] for file_id in dict.fromkeys(ids)]


def detach(act: Act, activity_id: int, ids: Sequence[int]) -> None:
    """Take files away from an activity, found with WRITE, for good; files that are not its own are left alone."""
    usable = [i for i in ids if 0 < i < _LARGEST_ID]
    mine = (col(Attachment.activity_id) == activity_id, col(Attachment.id).in_(usable))
    act.session.execute(delete(Attachment).where(*mine))


def files_of(session: Session, activity_ids: Iterable[int]) -> dict[int, list[Attachment]]:
    """Activity → its files in the order in which they came; activities without files are left out."""
    found: dict[int, list[Attachment]] = {}
    wanted = col(Attachment.activity_id).in_(list(activity_ids))
    for row in session.scalars(select(Attachment).where(wanted).order_by(col(Attachment.id))):
        found.setdefault(row.activity_id or 0, []).append(row)
    return found


def openable(act: Act, attachment_id: int) -> Attachment:
    """A file that the user may open: of an activity that he may read, or his own. Raises NotFound."""
    row = act.session.get(Attachment, attachment_id) if 0 < attachment_id < _LARGEST_ID else None
    if row is None:
        raise NotFound
    if row.activity_id is not None:
        act.find(Activity, row.activity_id)
    elif not _is_loose(act, row):
        raise NotFound
    return row


def url_of(row: Attachment) -> str:
    """The address of a file; the name in it is for people and programs that save it."""
    return f"/files/attachments/{row.id}/{quote(row.name, safe='')}"


def is_picture(mime: str) -> bool:
    """Whether a browser may show the file instead of saving it."""
    return mime in PICTURES.values()


def _rows(session: Session, ids: Sequence[int]) -> Sequence[Attachment]:
    usable = [i for i in ids if 0 < i < _LARGEST_ID]
    return session.scalars(select(Attachment).where(col(Attachment.id).in_(usable))).all()


def _is_loose(act: Act, row: Attachment) -> bool:
    return row.activity_id is None and row.created_by_id == act.who.id


# -- what may come in ------------------------------------------------------------------------------------------------


def cleaned(name: str) -> str:
    r"""A file name that is safe on every system and on the screen.

    >>> cleaned("..\\..\\etc/pass\u202ewd\x00.txt ")
    'passwd.txt'
    """
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    # Controls, invisible marks that turn the reading direction, halves of characters, and what no file system takes.
    kept = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    kept = "".join("_" if c in '<>:"|?*' else c for c in kept).strip().rstrip(". ")
    stem, dot, extension = kept.rpartition(".")
    if len(kept) > NAME_LENGTH and dot and len(extension) < 20:
        kept = stem[: NAME_LENGTH - len(extension) - 1] + dot + extension
    return kept[:NAME_LENGTH] or "file"


def check_type(name: str) -> None:
    """Raises BadValue for a file that runs when somebody opens it."""
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension and extension in settings().blocked_types.lower().replace(",", " ").replace(".", "").split():
        raise BadValue(N_("Files of the type .%(type)s cannot be attached, as they could do harm."), type=extension)


def too_large() -> BadValue:
    """The refusal of a file beyond the limit."""
    return BadValue(N_("This file is larger than %(n)s MB."), n=settings().attachment_megabytes)


def _examine(name: str, path: Path) -> tuple[str, int, int]:
    """Media type, width and height. What a file is, its bytes say; its name is believed of harmless kinds only."""
    if picture := _picture(path):
        return picture
    guessed = mimetypes.guess_type(name)[0] or PLAIN
    return (PLAIN if guessed.startswith("image/") else guessed[:100]), 0, 0


def _picture(path: Path) -> tuple[str, int, int] | None:
    """Media type, width and height of a picture that a browser can show; only its header is read."""
    try:
        with Image.open(path, formats=list(PICTURES)) as image:
            width, height = image.size
            if image.getexif().get(_ORIENTATION) in _TURNED:
                width, height = height, width
            mime = PICTURES[image.format or ""]
    except Exception:  # whatever a decoder says of a broken or hostile file: it is no picture
        return None
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        return None
    return mime, width, height


# -- forgetting ------------------------------------------------------------------------------------------------------


def sweep(session: Session, now: datetime) -> int:
    """Remove uploads that were never attached to anything; returns how many."""
    loose = (col(Attachment.activity_id).is_(None), col(Attachment.created_on) < now - KEPT)
    return int(cast(Any, session.execute(delete(Attachment).where(*loose))).rowcount)


def sweep_contents(session: Session, now: datetime) -> int:
    """Remove bytes that no file has any more, and uploads that broke off; returns how many contents went.

    Only what is a day old: a file just received lies in the store before it is in the books.
    """
    lying = [digest for digest, kept in filestore.store().contents() if kept < now - KEPT]
    gone = 0
    for start in range(0, len(lying), 500):
        some = lying[start : start + 500]
        named = set(session.scalars(select(col(Attachment.digest)).where(col(Attachment.digest).in_(some)).distinct()))
        for digest in set(some) - named:
            filestore.store().remove(digest)
            gone += 1
    for path in filestore.incoming().parent.iterdir():
        if path.stat().st_mtime < (now - KEPT).timestamp():
            path.unlink(missing_ok=True)
    return gone
