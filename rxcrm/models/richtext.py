"""Rich text: what of typed or received HTML is kept, and its plain text."""

from __future__ import annotations

import html
import re

import nh3

#: What an editor makes and a mail may bring: structure, emphasis, links, tables; no scripts, styles, frames, forms.
TAGS = {
    "p", "br", "div", "span", "strong", "b", "em", "i", "u", "s", "del", "sub", "sup", "code", "pre", "blockquote",
    "h1", "h2", "h3", "h4", "ul", "ol", "li", "a", "hr", "table", "thead", "tbody", "tr", "th", "td", "img",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
    # A mention: which record or user is named (rxcrm.models.timeline.mentions).
    "span": {"data-type", "data-id", "data-label"},
}
#: Pictures come from our own gate only: a foreign one would tell its server who reads what, and when.
_OWN_PICTURE = re.compile(r"^/files/attachments/\d+(?:/[^\s\"'<>]*)?$")
_BREAKS = re.compile(r"(?i)<(?:br|/p|/div|/li|/tr|/h[1-4]|/blockquote|/pre)[^>]*>")
_TAGS = re.compile(r"<[^>]*>")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


def sanitise(typed: str) -> str:
    """HTML without anything active: safe to be put into a page. Foreign pictures are dropped, links open outside."""
    return nh3.clean(
        typed,
        tags=TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
        clean_content_tags={"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math"},
        attribute_filter=_attribute,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        return value if _OWN_PICTURE.match(value) else None
    if tag == "span" and name == "data-type":
        return value if value == "mention" else None
    return value


def plain(markup: str) -> str:
    """The text that a person reads in some HTML, one line per block.

    >>> plain("<p>Hello <b>world</b></p><p>1 &lt; 2</p>")
    'Hello world\\n1 < 2'
    """
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    text = html.unescape(_TAGS.sub("", _BREAKS.sub("\n", markup)))
    return _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


def of_plain(text: str) -> str:
    """HTML that shows a plain text with its lines."""
    return "".join(f"<p>{html.escape(line, quote=False) or '<br>'}</p>" for line in text.splitlines())
