#!/bin/sh
# A post-build-hook of Nix for the cache @NAME@: queues what this machine builds and pushes it in the background.
#
#   curl @CURL@ -o /etc/nix/narthex-push @URL@/post-build-hook && chmod 755 /etc/nix/narthex-push
#   (umask 077; echo TOKEN > /etc/nix/narthex-token)         a token with the scope push, read by root alone
#   echo 'post-build-hook = /etc/nix/narthex-push' >> /etc/nix/nix.conf     and restart the daemon
#
# It always returns 0 and at once: a hook that fails or waits would stop every build. What cannot be pushed is tried
# again for a day; the log tells. To push what is queued and see how: /etc/nix/narthex-push --now
#
# Environment, each with its default: NARTHEX_PUSH_URL, NARTHEX_PUSH_TOKEN_FILE, NARTHEX_PUSH_QUEUE (a directory),
# NARTHEX_PUSH_LOG, NARTHEX_PUSH_NIX (the nix command), NARTHEX_PUSH_SECONDS (how long to go on trying),
# NARTHEX_PUSH_PAUSE (seconds until the second try; each later one waits twice as long, ten minutes at most)

url=${NARTHEX_PUSH_URL:-@URL@}
token_file=${NARTHEX_PUSH_TOKEN_FILE:-/etc/nix/narthex-token}
queue=${NARTHEX_PUSH_QUEUE:-/var/spool/narthex-push/@ID@}
log=${NARTHEX_PUSH_LOG:-$queue/log}
seconds=${NARTHEX_PUSH_SECONDS:-86400}
first_pause=${NARTHEX_PUSH_PAUSE:-5}
PATH=${PATH:-/usr/bin:/bin}:/nix/var/nix/profiles/default/bin:/run/current-system/sw/bin:/usr/local/bin:/usr/bin:/bin
nix=${NARTHEX_PUSH_NIX:-nix}

say() {
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $*" >> "$log"
}

# A whole entry or none: its name begins with the time, so that the oldest comes first
enqueue() {
    mkdir -p "$queue/new" "$queue/half" && chmod 700 "$queue" || return 1
    half=$(mktemp "$queue/half/XXXXXXXX") || return 1
    # Nix 2.8 leaves OUT_PATHS empty: then the derivation tells, later, since this must be quick
    echo "${OUT_PATHS:-derivation $DRV_PATH}" > "$half" && mv "$half" "$queue/new/$(date +%s)-$(basename "$half")"
}

is_private() {
    case $(ls -ldL "$1" 2> /dev/null) in
        -r[w-]-------*) return 0 ;;
        *) return 1 ;;
    esac
}

# one pusher at a time; the lock of one that died is taken over
lock() {
    mkdir "$queue/lock" 2> /dev/null && echo $$ > "$queue/lock/pid" && return 0
    owner=$(cat "$queue/lock/pid" 2> /dev/null)
    [ -n "$owner" ] && kill -0 "$owner" 2> /dev/null && return 1
    # without a pid it may have been made in this moment
    [ -z "$owner" ] && [ -z "$(find "$queue/lock" -prune -mmin +1 2> /dev/null)" ] && return 1
    mv "$queue/lock" "$queue/stale.$$" 2> /dev/null && rm -rf "$queue/stale.$$"
    mkdir "$queue/lock" 2> /dev/null && echo $$ > "$queue/lock/pid"
}

unlock() {
    rm -rf "$queue/lock"
}

# the paths of an entry, which is one build's; none has a space in it
paths() {
    read -r first rest < "$1"
    if [ "$first" = derivation ]; then
        case $nix in
            */*) "${nix%/*}/nix-store" --query --outputs "$rest" 2>> "$log" ;;
            *) nix-store --query --outputs "$rest" 2>> "$log" ;;
        esac
    else
        echo "$first $rest"
    fi
}

push() {
    if ! is_private "$token_file"; then
        say "not pushed: $token_file is missing, or others than its owner may read it: chmod 600"
        return 1
    fi
    host=$(echo "$url" | sed -e 's,^[a-z]*://,,' -e 's,/.*,,' -e 's,:[0-9]*$,,')
    netrc=$(umask 077 && mktemp "$queue/half/netrc.XXXXXXXX") || return 1
    printf 'machine %s\npassword %s\n' "$host" "$(cat "$token_file")" > "$netrc"
    # shellcheck disable=SC2046
    "$nix" --extra-experimental-features nix-command --option netrc-file "$netrc" copy --to "$url" $(paths "$1") \
        >> "$log" 2>&1 < /dev/null
    status=$?
    rm -f "$netrc"
    return $status
}

# pushes until nothing is queued; what failed waits longer each time, up to ten minutes
work() {
    pause=$first_pause
    while :; do
        failed=0
        for entry in "$queue"/new/*; do
            [ -f "$entry" ] || continue
            since=$(basename "$entry")
            since=${since%%-*}
            if push "$entry"; then
                say "pushed $(cat "$entry")"
                rm -f "$entry"
            elif [ $(($(date +%s) - since)) -ge "$seconds" ]; then
                say "given up after $seconds seconds: $(cat "$entry")"
                rm -f "$entry"
            else
                failed=1
            fi
        done
        if [ $failed -eq 1 ]; then
            say "trying again in $pause seconds"
            sleep "$pause"
            pause=$((pause * 2 > 600 ? 600 : pause * 2))
        elif [ -z "$(ls "$queue/new")" ]; then
            return 0
        fi
    done
}

# what was queued while the lock went back is seen by the second look
run() {
    while [ -n "$(ls "$queue/new" 2> /dev/null)" ] && lock; do
        trap unlock EXIT
        trap 'exit 1' HUP INT TERM
        work
        unlock
        trap - EXIT
    done
}

case ${1:-} in
    --now) run ;;
    --background) run > /dev/null 2>&1 ;;
    '')
        if [ -n "${OUT_PATHS:-}${DRV_PATH:-}" ]; then
            # Nix reads what the hook says until every process has let go of it
            enqueue > /dev/null 2>&1
            if command -v setsid > /dev/null 2>&1; then
                setsid "$0" --background < /dev/null > /dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
            else
                nohup "$0" --background < /dev/null > /dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
            fi
        fi
        ;;
    *)
        sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
        ;;
esac
exit 0
