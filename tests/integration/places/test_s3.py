"""A bucket of a real server that speaks S3, on this computer."""

from __future__ import annotations

import logging
import socket
import uuid
from collections.abc import Generator
from typing import Any

import pytest

from apes_mailer.errors import ApesMailerError, SettingsError
from apes_mailer.places.s3 import S3, Bucket

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url() -> Generator[str]:
    from moto import server as library

    moto: Any = library
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def _client(url: str) -> Any:
    import boto3

    library: Any = boto3
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
    return library.client("s3", endpoint_url=url, **keys)


@pytest.fixture
def bucket(url: str) -> Bucket:
    name = f"lettres-{uuid.uuid4().hex[:8]}"
    _client(url).create_bucket(Bucket=name)
    return Bucket(name=name, prefix="lettre/", endpoint_url=url, key_id="a", secret_key="b")


def test_an_object_is_put_with_its_kind_and_put_again_only_when_it_differs(url: str, bucket: Bucket) -> None:
    place = S3(bucket)
    assert place.put("letters/2027-03.html", b"one")
    assert not place.put("letters/2027-03.html", b"one")
    assert place.put("letters/2027-03.html", b"two")
    found = _client(url).get_object(Bucket=bucket.name, Key="lettre/letters/2027-03.html")
    assert found["Body"].read() == b"two"
    assert found["ContentType"] == "text/html; charset=utf-8"
    assert found["CacheControl"] == "public, max-age=300"


def test_pictures_may_be_kept_for_good(url: str, bucket: Bucket) -> None:
    S3(bucket).put("pictures/0123456789abcdef-four.jpg", b"jpeg")
    found = _client(url).head_object(Bucket=bucket.name, Key="lettre/pictures/0123456789abcdef-four.jpg")
    assert found["ContentType"] == "image/jpeg"
    assert "immutable" in found["CacheControl"]


def test_an_object_is_taken_away_once(bucket: Bucket) -> None:
    place = S3(bucket)
    place.put("atom.xml", b"one")
    assert place.remove("atom.xml")
    assert not place.remove("atom.xml")


def test_a_bucket_that_there_is_not_is_told(url: str) -> None:
    place = S3(Bucket(name="nowhere", endpoint_url=url, key_id="a", secret_key="b"))
    with pytest.raises(SettingsError, match="There is no bucket nowhere"):
        place.put("index.html", b"one")


def test_a_service_that_does_not_answer_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    place = S3(Bucket(name="lettres", endpoint_url=f"http://127.0.0.1:{port}", key_id="a", secret_key="b"))
    with pytest.raises(ApesMailerError, match="The bucket lettres cannot be reached"):
        place.put("index.html", b"one")


def test_a_key_is_not_shown() -> None:
    assert "secret" not in repr(Bucket(name="lettres", key_id="a", secret_key="secret"))
