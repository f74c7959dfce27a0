# The local CloudWatch Logs as a container:
#
#   docker build -t otel-cwlogs-local .
#   docker run --rm -p 127.0.0.1:4586:4586 -e AWS_ACCESS_KEY_ID=local -e AWS_SECRET_ACCESS_KEY=<any text> otel-cwlogs-local
#
# Requests have to be signed with these keys: a container's port is reached from other containers too.
FROM node:24.11-bookworm-slim AS build
WORKDIR /package
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm pack --ignore-scripts --pack-destination /

FROM node:24.11-bookworm-slim
COPY --from=build /opentelemetry-cloudwatch-logs-*.tgz /tmp/package.tgz
RUN npm install --global --omit=dev --no-audit --no-fund /tmp/package.tgz && rm -r /tmp/package.tgz /root/.npm \
  && install -d -o node -g node /data
USER node
VOLUME /data
EXPOSE 4586
HEALTHCHECK --interval=5s --timeout=2s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4586/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["otel-cwlogs", "local", "--host", "0.0.0.0", "--verify-signatures", "env"]
CMD ["--data-dir", "/data"]
