"""Buckets of an S3-compatible store."""

import urllib.request


def bucket_url(s3: str, bucket: str) -> str:
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request"}
    urllib.request.urlopen(urllib.request.Request(f"{s3}/{bucket}", method="PUT", headers=signed)).read()
    return f"s3://{bucket}/some/prefix?endpoint={s3}&region=us-east-1&key=test&secret=secret-canary"
