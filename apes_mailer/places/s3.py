"""A bucket of Amazon S3, or of one of the many services that speak the same language (the extra ``s3``)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from apes_mailer.errors import ApesMailerError, SettingsError
from apes_mailer.places.base import caching, media_type

_NO_SUCH = {"404", "NoSuchKey"}
_NO_BUCKET = {"NoSuchBucket"}
_NOT_ALLOWED = {"401", "403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AllAccessDisabled"}
_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Which bucket, where in it, and who may write there.

    ``endpoint_url`` is empty for Amazon. ``prefix`` stands before each path, with a slash at its end when it has any.
    """

    name: str
    prefix: str = ""
    endpoint_url: str = ""
    region: str = ""
    key_id: str
    secret_key: str = field(repr=False)


class S3:
    """A bucket. Reading it has to be allowed to everybody, by its owner."""

    def __init__(self, bucket: Bucket) -> None:
        """Raises ``SettingsError`` without the package that speaks to buckets."""
        self._bucket = bucket
        self._client = _client(bucket)

    def put(self, path: str, content: bytes) -> bool:
        """Put an object, unless the same is there."""
        key = self._bucket.prefix + path
        if self._tag(key) == hashlib.md5(content, usedforsecurity=False).hexdigest():
            return False
        self._call(
            "put_object",
            Key=key,
            Body=content,
            ContentType=media_type(path),
            CacheControl=caching(path),
        )
        return True

    def remove(self, path: str) -> bool:
        """Take an object away."""
        key = self._bucket.prefix + path
        if self._tag(key) is None:
            return False
        self._call("delete_object", Key=key)
        return True

    def _tag(self, key: str) -> str | None:
        """Return the entity tag of an object, which for one put in one piece is the MD5 of its content."""
        found = self._call("head_object", Key=key)
        return None if found is None else str(found["ETag"]).strip('"')

    def _call(self, operation: str, **arguments: object) -> Any:
        """Do one operation; None when the object is not there. Raises ``SettingsError`` or ``ApesMailerError``."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return getattr(self._client, operation)(Bucket=self._bucket.name, **arguments)
        except ClientError as error:
            response: Any = error.response
            code = str(response.get("Error", {}).get("Code", ""))
            if code in _NO_SUCH and operation == "head_object":
                return None
            raise self._refused(code) from error
        except BotoCoreError as error:
            raise ApesMailerError(
                f"The bucket {self._bucket.name} cannot be reached: {error}",
                hint="Check publish.endpoint_url and the connection, then run the same command again.",
            ) from error

    def _refused(self, code: str) -> ApesMailerError:
        name = self._bucket.name
        if code in _NOT_ALLOWED:
            return SettingsError(
                f"The bucket {name} refuses to be written with this key ({code}).",
                hint="Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that the key may put, read and delete "
                "objects of this bucket.",
            )
        if code in _NO_BUCKET or code in _NO_SUCH:
            return SettingsError(
                f"There is no bucket {name}.",
                hint="Correct publish.bucket, publish.region or publish.endpoint_url in apes-mailer.toml.",
            )
        return ApesMailerError(f"The bucket {name} answers: {code}.", hint="Run the same command again later.")


def _client(bucket: Bucket) -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise SettingsError(
            "Publishing to a bucket needs a package that is not installed.",
            hint='Install it with: pip install "apes-mailer[s3]"',
        ) from error
    config = Config(
        connect_timeout=_SECONDS,
        read_timeout=_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 3},
        # Others than Amazon know neither its newest checksums nor, all of them, a bucket's name as a host's.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path" if bucket.endpoint_url else "auto"},
    )
    # Everything is given: nothing is looked for in the files or the metadata service of this computer.
    library: Any = boto3
    session = library.Session(
        aws_access_key_id=bucket.key_id,
        aws_secret_access_key=bucket.secret_key,
        region_name=bucket.region or "us-east-1",
    )
    return session.client("s3", endpoint_url=bucket.endpoint_url or None, config=config)
