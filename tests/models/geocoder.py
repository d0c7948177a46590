"""Servers of addresses on the loopback, with answers written by hand after the public documentation of each.

Photon: GeoJSON of /api. Nominatim: jsonv2 of /search with address details. Azure Maps: Get Search Address 1.0.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PHOTON = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [13.3800374, 52.5166646]},
            "properties": {
                "osm_type": "N", "osm_id": 1818574562, "osm_key": "building", "osm_value": "yes", "type": "house",
                "name": "Hotel Adlon", "housenumber": "77", "street": "Unter den Linden", "district": "Mitte", "city": "Berlin",
                "postcode": "10117", "state": "Berlin", "country": "Deutschland", "countrycode": "DE",
                "extent": [13.3795, 52.517, 13.3805, 52.516],
            },
        },
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [12.3, 51.4]},
            "properties": {
                "osm_type": "W", "osm_id": 4, "osm_key": "highway", "osm_value": "residential", "type": "street",
                "name": "Unter den Linden", "city": "Böhlen", "postcode": "04564", "state": "Sachsen", "country": "Deutschland",
                "countrycode": "DE", "county": "Leipzig",
            },
        },
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [-1.1, 51.1]},
            "properties": {
                "osm_type": "N", "osm_id": 9, "osm_key": "place", "osm_value": "house", "type": "house", "housenumber": "12",
                "street": "Linden Street", "city": "Reading", "postcode": "RG1 1AA", "state": "England",
                "country": "United Kingdom", "countrycode": "GB",
            },
        },
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [8.6, 50.2]},
            "properties": {
                "osm_type": "R", "osm_id": 7, "osm_key": "place", "osm_value": "village", "type": "city", "name": "Linden",
                "state": "Hessen", "country": "Deutschland", "countrycode": "DE",
            },
        },
    ],
}  # fmt: skip

NOMINATIM = [
    {
        "place_id": 100149, "licence": "Data © OpenStreetMap contributors, ODbL 1.0. https://osm.org/copyright",
        "osm_type": "node", "osm_id": 107775, "lat": "51.5073219", "lon": "-0.1276474", "category": "place", "type": "house",
        "place_rank": 30, "importance": 0.4, "addresstype": "place", "name": "",
        "display_name": "135, Pilkington Avenue, Maney, Sutton Coldfield, Wylde Green, Birmingham, West Midlands Combined Authority, England, B72 1LH, United Kingdom",
        "address": {
            "house_number": "135", "road": "Pilkington Avenue", "hamlet": "Maney", "town": "Sutton Coldfield", "city": "Birmingham",
            "state_district": "West Midlands Combined Authority", "state": "England", "ISO3166-2-lvl4": "GB-ENG",
            "postcode": "B72 1LH", "country": "United Kingdom", "country_code": "gb",
        },
        "boundingbox": ["52.5487473", "52.5488481", "-1.8165130", "-1.8163464"],
    },
    {
        "place_id": 3, "osm_type": "way", "osm_id": 5, "lat": "52.2", "lon": "21.0", "category": "highway", "type": "pedestrian",
        "place_rank": 26, "importance": 0.2, "addresstype": "road", "name": "Nowy Świat",
        "display_name": "Nowy Świat, Śródmieście, Warszawa, województwo mazowieckie, 00-029, Polska",
        "address": {
            "road": "Nowy Świat", "suburb": "Śródmieście", "city": "Warszawa", "state": "województwo mazowieckie",
            "ISO3166-2-lvl4": "PL-14", "postcode": "00-029", "country": "Polska", "country_code": "pl",
        },
        "boundingbox": ["52.2", "52.3", "21.0", "21.1"],
    },
]  # fmt: skip

AZURE = {
    "summary": {
        "query": "15127 ne 24th street", "queryType": "NON_NEAR", "queryTime": 58, "numResults": 2, "offset": 0,
        "totalResults": 2, "fuzzyLevel": 1,
    },
    "results": [
        {
            "type": "Point Address", "id": "US/PAD/p0/19173426", "score": 14.51,
            "address": {
                "streetNumber": "15127", "streetName": "Northeast 24th Street", "municipality": "Redmond",
                "countrySecondarySubdivision": "King", "countrySubdivision": "WA", "countrySubdivisionName": "Washington",
                "countrySubdivisionCode": "WA", "postalCode": "98052", "extendedPostalCode": "980525544", "countryCode": "US",
                "country": "United States", "countryCodeISO3": "USA", "localName": "Redmond",
                "freeformAddress": "15127 Northeast 24th Street, Redmond, WA 98052",
            },
            "position": {"lat": 47.6308, "lon": -122.1385},
        },
        {
            "type": "Street", "id": "PL/STR/p0/1", "score": 5.0,
            "address": {
                "streetName": "Aleje Jerozolimskie", "municipality": "Warszawa", "countrySubdivision": "Mazowieckie",
                "countrySubdivisionName": "Mazowieckie", "postalCode": "00-001", "countryCode": "PL", "country": "Polska",
                "countryCodeISO3": "POL", "freeformAddress": "Aleje Jerozolimskie, 00-001 Warszawa",
            },
            "position": {"lat": 52.2, "lon": 21.0},
        },
    ],
}  # fmt: skip


@dataclass
class Geocoder:
    """A server that answers everything with one body; `asked` are path, parameters and headers of what came in."""

    url: str = ""
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    at: list[float] = field(default_factory=list)

    def answers(self, body: Any, status: int = 200, wait: float = 0.0, **headers: str) -> None:
        """Answer so from now on; what is no bytes as JSON."""
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status, self.wait = status, wait
        self.headers = {"content-type": "application/json", **{n.replace("_", "-"): v for n, v in headers.items()}}


@contextmanager
def serving(body: Any = PHOTON) -> Iterator[Geocoder]:
    """A server on a free port of the loopback."""
    geocoder = Geocoder()
    geocoder.answers(body)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            geocoder.asked.append((parts.path, asked, {name.lower(): value for name, value in self.headers.items()}))
            geocoder.at.append(time.monotonic())
            time.sleep(geocoder.wait)
            try:
                self.send_response(geocoder.status)
                for name, value in geocoder.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(geocoder.body)))
                self.end_headers()
                self.wfile.write(geocoder.body)
            except ConnectionError:
                pass  # who asked did not wait

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    geocoder.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield geocoder
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
