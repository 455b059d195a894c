# A worker: `docker build -f docker/worker.Dockerfile .`. The image holds native TensorFlow for the CPU; the one for
# NVIDIA GPUs can only be chosen where a GPU answers, so a GPU worker builds it on its first start into TT_EXP_CACHE.

FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:20.20.2-bookworm-slim
# The compiler and Python build the TensorFlow binding from the Python wheel (docs/adr/0004).
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates g++ python3 python3-venv \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production \
    TT_EXP_HOME=/var/lib/tt-exp \
    TT_EXP_CACHE=/var/cache/tt-exp
RUN install --directory --owner=node --group=node "$TT_EXP_HOME" "$TT_EXP_CACHE"
# Where the ready file lies, in memory. Some container runtimes mount the tmpfs of a restarted container with the mode of
# the image's folder instead of the one that was asked for.
RUN install --directory --mode=1777 /run/tt-exp
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY docker/provision-tensorflow.mjs ./docker/
USER node
RUN TT_TF_BACKEND=native node docker/provision-tensorflow.mjs dist
# The ready file lies in memory, so that a restarted container is not taken for a ready one.
ENTRYPOINT ["node", "dist/bin/worker.js", "--ready-file", "/run/tt-exp/ready"]
CMD ["--queue", "tt-cpu", "--slots", "4"]
