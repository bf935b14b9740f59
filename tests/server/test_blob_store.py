from pathlib import Path

import pytest

from server.blob_store import blobs_of, checked, redacted
from server.blobs.folder import FolderBlobs
from server.blobs.s3 import S3Blobs

S3 = "s3://bucket/some/prefix?endpoint=http://127.0.0.1:9000&region=eu&key=key-canary&secret=secret-canary"


def test_the_url_says_which(tmp_path: Path) -> None:
    assert isinstance(blobs_of(None, tmp_path), FolderBlobs)
    assert isinstance(blobs_of(f"file://{tmp_path}/shared", tmp_path), FolderBlobs)
    assert isinstance(blobs_of(S3, tmp_path), S3Blobs)
    assert isinstance(blobs_of("s3://bucket?region=eu", tmp_path), S3Blobs)


@pytest.mark.parametrize(
    "url",
    [
        "http://bucket",
        "s3:///prefix",
        "s3://key:secret-canary@bucket",
        "s3://bucket?password=secret-canary",
        "s3://bucket?key=a&key=b&secret=secret-canary",
        "s3://bucket?secret=secret-canary",
        "s3://bucket?endpoint=minio:9000",
        "s3://bucket?endpoint",
        "file://host/folder",
        "file:relative",
    ],
)
def test_other_urls_are_refused_and_not_told(url: str) -> None:
    with pytest.raises(ValueError, match=r"^(must look like|bad query)") as caught:
        checked(url)
    assert "canary" not in str(caught.value)


def test_what_is_printed_holds_no_secret() -> None:
    assert "canary" not in redacted(S3)
    assert redacted(S3).startswith("s3://bucket/some/prefix?endpoint=http://127.0.0.1:9000&region=eu&key=***")
    assert redacted("file:///srv/blobs") == "file:///srv/blobs"
