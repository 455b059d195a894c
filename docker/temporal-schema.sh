#!/bin/sh
# One-shot job: creates Temporal's two databases where they are missing and brings both schemas to the version of this
# image. Runs again on every `docker compose up`; on an up-to-date schema it changes nothing.
# temporal-sql-tool reads SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD.
set -eu

schemas=/etc/temporal/schema/postgresql/v12

bring_up_to_date() {
  database=$1
  versions=$2
  temporal-sql-tool --database "$database" create
  temporal-sql-tool --database "$database" setup-schema -v 0.0
  temporal-sql-tool --database "$database" update-schema -d "$versions"
}

bring_up_to_date temporal "$schemas/temporal/versioned"
bring_up_to_date temporal_visibility "$schemas/visibility/versioned"
