#!/bin/sh
# Asks haltere everything its own description allows, and much that it forbids, and checks each
# answer against that description. Starts and stops haltere itself; exits with 1 when something is wrong.
#
# Runs in a network namespace of its own: the brokers' addresses are made up, and nobody out there
# shall hear from us. Where that is not possible it is skipped; with HALTERE_REQUIRE_NETNS set it fails.
set -eu
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
venv=$target/schemathesis-venv

prepare() {
    # A half-made environment has no stamp, and is made again.
    if ! cmp -s e2e/requirements.txt "$venv/stamp"; then
        rm -rf "$venv"
        python3 -m venv "$venv"
        "$venv/bin/pip" install --quiet --requirement e2e/requirements.txt
        cp e2e/requirements.txt "$venv/stamp"
    fi
    cargo build --quiet --package haltere
}

enter_namespace() {
    for how in "" "--user --map-root-user"; do
        # Unquoted, so that nothing becomes no argument.
        if unshare $how --net -- ip link set lo up 2>/dev/null; then
            exec unshare $how --net -- sh -c 'ip link set lo up && exec "$0" inside' "$0"
        fi
    done
    echo "SKIPPED schemathesis: no network namespaces here (needs root, or unprivileged user namespaces, and unshare and ip)" >&2
    [ -z "${HALTERE_REQUIRE_NETNS:-}" ]
}

run() {
    work=$(mktemp -d)
    password=schemathesis-$$
    HALTERE_ADMIN_PASSWORD=$password "$target/debug/haltere" serve \
        --listen 127.0.0.1:0 --data-dir "$work/data" --log-format json >"$work/log" 2>&1 &
    server=$!
    trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM

    tries=0
    until base=$(grep -om1 'http://127\.0\.0\.1:[0-9]*' "$work/log"); do
        tries=$((tries + 1))
        if [ "$tries" -gt 200 ] || ! kill -0 "$server" 2>/dev/null; then
            echo "haltere did not start:" >&2
            cat "$work/log" >&2
            return 1
        fi
        sleep 0.1
    done
    login=$(curl --silent --show-error --fail --cookie-jar - --output /dev/null \
        --data "username=admin" --data "password=$password" "$base/auth?json=1")
    # The jar's last line: domain, flag, path, secure, expiry, name, value.
    cookie=$(printf '%s\n' "$login" | awk 'NF >= 7 { pair = $6 "=" $7 } END { print pair }')

    HALTERE_COOKIE=$cookie "$venv/bin/schemathesis" --config-file e2e/schemathesis.toml \
        run "$base/api/docs/export" --url "$base" || failed=1
    if grep -E '"level":"ERROR"|panicked at' "$work/log" >&2; then
        echo "the log holds errors" >&2
        failed=1
    fi
    return "${failed:-0}"
}

if [ "${1:-}" = inside ]; then
    run
else
    prepare
    enter_namespace
fi
