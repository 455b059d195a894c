#!/bin/sh
# One-shot job: registers the namespace and the search attribute that tt-exp needs (contracts/names.ts). Repeatable.
# Reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and RETENTION.
set -eu

# The port opens some seconds before the server serves.
tries=60
until temporal operator cluster health >/dev/null 2>&1; do
  tries=$((tries - 1))
  if [ "$tries" -le 0 ]; then
    echo "Temporal at $TEMPORAL_ADDRESS is not healthy after two minutes" >&2
    exit 1
  fi
  sleep 2
done

if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

# A namespace takes up to ten seconds to be known to every part of the server.
tries=30
until temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name TtExperimentId --type Keyword; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || exit 1
  sleep 1
done
