"""One-shot job: creates the artifact bucket where it is missing. Repeatable.

Reads MLFLOW_S3_ENDPOINT_URL, ARTIFACT_BUCKET and the AWS_* credentials.
"""

import os
import sys
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError

TRIES = 30
SECONDS_BETWEEN = 2


def main() -> int:
    bucket = os.environ["ARTIFACT_BUCKET"]
    store = boto3.client("s3", endpoint_url=os.environ["MLFLOW_S3_ENDPOINT_URL"])
    problem: Exception | None = None
    for _ in range(TRIES):
        try:
            if bucket not in [entry["Name"] for entry in store.list_buckets()["Buckets"]]:
                store.create_bucket(Bucket=bucket)
                print(f"bucket {bucket}: created")
            else:
                print(f"bucket {bucket}: is there")
            return 0
        except (BotoCoreError, ClientError) as error:
            problem = error
            time.sleep(SECONDS_BETWEEN)
    print(f"bucket {bucket}: {problem}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
