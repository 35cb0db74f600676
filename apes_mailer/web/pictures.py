"""Pictures under their published, content-hashed names."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from apes_mailer.web.conditions import has

# 16 hexadecimal digits of the content's SHA-256, a word or two, and what it is. No separator of paths can match.
_NAME = re.compile(r"(?P<digest>[0-9a-f]{16})-[a-z0-9-]{0,80}\.(?P<type>jpg|png|gif)")
_MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif"}


def is_name(text: str) -> bool:
    """Whether a text has the form of a picture's published name."""
    return _NAME.fullmatch(text) is not None


def respond(request: Request, name: str, path: Path, headers: dict[str, str]) -> Response:
    """Return a picture with its type, or 304 when the browser has it.

    The name holds a hash of the content, so it is the picture's entity tag too. Raises ``HTTPException`` 404 when
    there is no such file or the name is not of the form; links are not followed.
    """
    match = _NAME.fullmatch(name)
    try:
        status = path.lstat() if match else None
    except OSError:
        status = None
    if match is None or status is None or not stat.S_ISREG(status.st_mode):
        raise HTTPException(404)
    tag = f'"{match["digest"]}"'
    headers = {"ETag": tag, **headers}
    if has(request, tag):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=_MEDIA_TYPES[match["type"]], headers=headers, stat_result=status)
