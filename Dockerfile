# One image for all roles, for amd64 and arm64:
# `docker build --tag facepipe .` or `podman build --format docker --tag facepipe .`

ARG NODE_IMAGE=docker.io/library/node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6
ARG DEBIAN_IMAGE=docker.io/library/debian:bookworm-20260918-slim@sha256:3783cc01769c7b2b1b83a5c5ad96c815348e28ed7da68e2e3687004faa906251

# --- only the dependencies of package.json: a change of version or scripts must not compile OpenCV's addon again ---
FROM ${NODE_IMAGE} AS manifest
COPY package.json package-lock.json /
RUN mkdir /manifest \
 && node -p "const { dependencies, devDependencies } = require('/package.json'); JSON.stringify({ dependencies, devDependencies })" > /manifest/package.json \
 && node -p "const lock = require('/package-lock.json'); const { dependencies, devDependencies } = lock.packages['']; \
      JSON.stringify({ ...lock, version: undefined, packages: { ...lock.packages, '': { dependencies, devDependencies } } })" > /manifest/package-lock.json \
 && touch --date=@0 /manifest /manifest/*

# --- npm packages that the program loads, with OpenCV's addon ---
FROM ${NODE_IMAGE} AS modules
RUN apt-get update \
 && apt-get install --yes --no-install-recommends g++ libopencv-dev make opencv-data python3 tini \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# Node.js also trusts the certificates in /etc/ssl/certs. Mount those of your proxy there if you build behind one.
ENV NODE_USE_SYSTEM_CA=1
COPY .npmrc ./
COPY --from=manifest /manifest ./
RUN npm ci --omit=dev
COPY scripts/setup/opencv-addon.mjs scripts/setup/opencv-libraries.mjs scripts/setup/run.mjs scripts/setup/report.mjs scripts/setup/
COPY scripts/setup/addon scripts/setup/addon
RUN node -e "import('/build/scripts/setup/opencv-addon.mjs').then((addon) => addon.buildOpencvAddon())"
COPY scripts/image/prune-modules.mjs scripts/image/
RUN node scripts/image/prune-modules.mjs

# --- the shared libraries that they load, and the license texts ---
FROM ${DEBIAN_IMAGE} AS base

FROM modules AS libraries
# 1: with GStreamer's plugins, for `--camera gst:...`; see docs/image.md.
ARG GSTREAMER=0
RUN if [ "$GSTREAMER" = 1 ]; then apt-get update \
 && apt-get install --yes --no-install-recommends dpkg-dev gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
      gstreamer1.0-plugins-bad gstreamer1.0-libav \
 && rm -rf /var/lib/apt/lists/*; fi
COPY scripts/image/collect-libraries.mjs scripts/image/stub-library.mjs scripts/image/gstreamer-plugins.mjs scripts/image/
RUN --mount=type=bind,from=base,source=/,target=/base \
    if [ "$GSTREAMER" = 1 ]; then node scripts/image/gstreamer-plugins.mjs > /plugins; else : > /plugins; fi \
 && node scripts/image/collect-libraries.mjs /base /runtime $(cat /plugins) /usr/bin/tini /usr/local/bin/node \
      node_modules/@u4/opencv4nodejs/build/Release/opencv4nodejs.node \
      node_modules/onnxruntime-node/bin/napi-v6/*/*/*.node \
 && mkdir -p /runtime/usr/bin /runtime/usr/local/bin /runtime/usr/share/opencv4/haarcascades \
 && cp /usr/bin/tini /runtime/usr/bin/ \
 && cp /usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml /runtime/usr/share/opencv4/haarcascades/ \
 && strip -o /runtime/usr/local/bin/node /usr/local/bin/node \
 && ln -s /opt/facepipe/bin/facepipe.js /runtime/usr/local/bin/facepipe
COPY scripts/image/third-party-notices.mjs scripts/image/onnxruntime-license.txt scripts/image/
RUN mkdir -p /runtime/opt/facepipe \
 && node scripts/image/third-party-notices.mjs /runtime opencv-data tini > /runtime/opt/facepipe/THIRD-PARTY-NOTICES.txt

# --- the face model; if it cannot be downloaded, the build prints that and continues without it ---
FROM ${NODE_IMAGE} AS model
ENV NODE_USE_SYSTEM_CA=1
ARG YUNET_MODEL_URL=https://raw.githubusercontent.com/ShiqiYu/libfacedetection.train/dca340aa082c71081a68d17db8e58b33a58a914b/onnx/yunet_n_dynamic.onnx
ARG YUNET_MODEL_SHA256=104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12
COPY scripts/image/fetch-model.mjs ./
RUN node fetch-model.mjs /models/yunet_n_dynamic.onnx "$YUNET_MODEL_URL" "$YUNET_MODEL_SHA256"

# --- the program ---
FROM ${NODE_IMAGE} AS program
WORKDIR /build
ENV NODE_USE_SYSTEM_CA=1
COPY .npmrc ./
COPY --from=manifest /manifest ./
RUN npm ci
COPY package.json tsconfig.json tsconfig.build.json ./
COPY src src
COPY web web
COPY scripts/setup/build-page.mjs scripts/setup/run.mjs scripts/setup/report.mjs scripts/setup/
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json --sourceMap false \
 && node -e "import('/build/scripts/setup/build-page.mjs').then((page) => page.buildPage())"

# --- the image ---
FROM ${DEBIAN_IMAGE}
RUN groupadd --gid 10001 facepipe \
 && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin facepipe \
 && install --directory --owner facepipe --group facepipe /data
COPY --from=libraries /runtime /
COPY --from=modules /build/node_modules /opt/facepipe/node_modules
COPY --from=model /models /opt/facepipe/models
COPY package.json LICENSE NOTICE /opt/facepipe/
COPY bin /opt/facepipe/bin
COPY --from=program /build/dist /opt/facepipe/dist

# Port of /healthz, /readyz and /metrics in every role; `facepipe healthcheck` uses it, too.
ENV FACEPIPE_HTTP=8080 HOME=/data
# Code that V8 has compiled, which halves the start time. Node.js uses it only for the user that wrote it.
ENV NODE_COMPILE_CACHE=/opt/facepipe/compiled
RUN --mount=type=bind,source=scripts/image/warm-up.sh,target=/warm-up.sh \
    install --directory --owner facepipe "$NODE_COMPILE_CACHE" \
 && setpriv --reuid=facepipe --regid=facepipe --clear-groups sh /warm-up.sh \
 && chown -R root:root "$NODE_COMPILE_CACHE"
EXPOSE 8080
# Where roles write files: `up` writes ./faces, `detect` a downloaded model. Mount a volume here.
WORKDIR /data
USER 10001:10001
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["facepipe", "healthcheck"]
# tini forwards signals and reaps orphaned processes; there is no shell in between.
ENTRYPOINT ["/usr/bin/tini", "--", "facepipe"]
CMD ["--help"]
LABEL org.opencontainers.image.title="facepipe" \
      org.opencontainers.image.description="Detects faces in camera streams at the edge, sends them over MQTT and stores them in S3 or a directory." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.base.name="docker.io/library/debian:bookworm-slim"
