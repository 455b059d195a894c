#!/bin/sh
# Starts SeaweedFS as one node with its S3 gateway. The one identity comes from the environment and is written to memory
# only; with it configured, nobody gets in without a signature.
set -eu
umask 077

identities=/run/object-store/s3.json
cat >"$identities" <<JSON
{
  "identities": [
    {
      "name": "mlflow",
      "credentials": [{ "accessKey": "$AWS_ACCESS_KEY_ID", "secretKey": "$AWS_SECRET_ACCESS_KEY" }],
      "actions": ["Admin", "Read", "Write", "List", "Tagging"]
    }
  ]
}
JSON

# volume.max=0: as many volumes as the disk holds, so that no limit surprises before the disk is full.
exec weed server -dir=/data -ip=object-store -ip.bind=0.0.0.0 -filer \
  -volume.max=0 -master.volumeSizeLimitMB=1024 \
  -s3 -s3.port=8333 -s3.config="$identities"
