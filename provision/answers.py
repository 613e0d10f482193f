"""Tells what an answer of Docker's API, or of a proxy before it, means.

It must run on Python 3.9.
"""

import json
from http import HTTPStatus

from door import HUNG_UP


def lacks_image(status, body):
    """Return whether the daemon answers that it lacks the image of a container."""
    return status == HTTPStatus.NOT_FOUND and b"o such image" in body


def is_success(status, body):
    """Return whether a request has succeeded."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def is_container_list(status, body):
    """Return whether an answer is the API's list of containers."""
    try:
        return status == HTTPStatus.OK and isinstance(json.loads(body), list)
    except ValueError:
        return False


def is_refusal(status):
    """Return whether a request was refused, by the daemon or by a proxy."""
    return status == HUNG_UP or (
        HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    )
