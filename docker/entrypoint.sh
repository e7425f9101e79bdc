#!/bin/bash
# Starts the service in the container, or says whether it is healthy.
set -euo pipefail

if [ "${1:-}" = healthy ]; then
    exec 3<>"/dev/tcp/127.0.0.1/${CHECKPOINT_RECOVERY_PORT}"
    printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    grep -q '^HTTP/1.1 200' <&3
    exit
fi

# The service listens beyond loopback, so it needs a token. Without one of its own it gets one that stays with its data.
if [ "${1:-}" = serve ] && [ -z "${CHECKPOINT_RECOVERY_TOKEN_FILE:-}" ]; then
    export CHECKPOINT_RECOVERY_TOKEN_FILE=/data/token
    if [ ! -s "$CHECKPOINT_RECOVERY_TOKEN_FILE" ]; then
        (umask 077 && head -c 24 /dev/urandom | base64 | tr -d '\n' >"$CHECKPOINT_RECOVERY_TOKEN_FILE.new")
        mv "$CHECKPOINT_RECOVERY_TOKEN_FILE.new" "$CHECKPOINT_RECOVERY_TOKEN_FILE"
        echo "A token was made; it is in $CHECKPOINT_RECOVERY_TOKEN_FILE" >&2
    fi
fi

# With options that the archive is of no use to, Java starts without it, and need not say so.
# shellcheck disable=SC2086 # several options in one variable
exec /opt/java/bin/java -XX:SharedArchiveFile=/opt/checkpoint-recovery.jsa -Xlog:disable \
    $JAVA_OPTIONS -jar /opt/checkpoint-recovery.jar "$@"
