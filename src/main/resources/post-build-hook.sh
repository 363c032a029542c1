#!/bin/sh
# A post-build-hook of Nix for the cache @NAME@: queues what this machine builds and pushes it in the background.
# The lines that install it: @URL@/setup?part=hook
#
# It always returns 0 and at once: a hook that fails or waits would stop every build. What cannot be pushed is tried
# again for a day, each build by itself: none waits for another's. What can never be pushed is dropped: a path that is
# gone, and one that the cache has with other contents (409). The log tells. To push now what is queued, and see how:
#   /etc/nix/narthex-push --now
#
# Environment, each with its default: NARTHEX_PUSH_URL, NARTHEX_PUSH_TOKEN_FILE, NARTHEX_PUSH_QUEUE (a directory),
# NARTHEX_PUSH_LOG, NARTHEX_PUSH_NIX (the nix command), NARTHEX_PUSH_SECONDS (how long to go on trying),
# NARTHEX_PUSH_PAUSE (seconds until the second try; each later one waits twice as long, ten minutes at most)

url=${NARTHEX_PUSH_URL:-@PUSH_URL@}
token_file=${NARTHEX_PUSH_TOKEN_FILE:-/etc/nix/narthex-token}
queue=${NARTHEX_PUSH_QUEUE:-/var/spool/narthex-push/@ID@}
log=${NARTHEX_PUSH_LOG:-$queue/log}
seconds=${NARTHEX_PUSH_SECONDS:-86400}
first_pause=${NARTHEX_PUSH_PAUSE:-5}
# no pause is longer, in seconds
longest_pause=600
# what copy returns for a conflict; Nix itself never does
conflict=99
# the log is put aside as log.1 when it has so many bytes
longest_log=1048576
aloud=
PATH=${PATH:-/usr/bin:/bin}:/nix/var/nix/profiles/default/bin:/run/current-system/sw/bin:/usr/local/bin:/usr/bin:/bin
nix=${NARTHEX_PUSH_NIX:-nix}
case $nix in
    */*) nix_store=${nix%/*}/nix-store ;;
    *) nix_store=nix-store ;;
esac
# names of store paths may have a question mark, which stands for no file name here
set -f

say() {
    if [ -f "$log" ] && [ "$(wc -c < "$log")" -gt "$longest_log" ]; then
        mv -f "$log" "$log.1"
    fi
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $*" >> "$log"
    [ -z "$aloud" ] || echo "$*"
}

# A whole entry or none: its name begins with the time, so that the oldest comes first
enqueue() {
    mkdir -p "$queue/new" "$queue/half" && chmod 700 "$queue" || return 1
    half=$(mktemp "$queue/half/XXXXXXXX") || return 1
    # Nix 2.8 leaves OUT_PATHS empty: then the derivation tells, later, since this must be quick
    echo "${1:-derivation $DRV_PATH}" > "$half" && mv "$half" "$queue/new/$(date +%s)-$(basename "$half")" && return 0
    rm -f "$half"
    return 1
}

is_private() {
    case $(ls -ldL "$1" 2> /dev/null) in
        -r[w-]-------*) return 0 ;;
        *) return 1 ;;
    esac
}

# Whether this process runs and is one of ours: after a restart of the machine another may have its number
is_pusher() {
    [ -n "$1" ] && kill -0 "$1" 2> /dev/null || return 1
    command -v ps > /dev/null 2>&1 || return 0
    case $(ps -p "$1" -o args= 2> /dev/null) in
        *"$(basename "$0")"*) return 0 ;;
        *) return 1 ;;
    esac
}

# one pusher at a time; the lock of one that died is taken over
lock() {
    mkdir "$queue/lock" 2> /dev/null && echo $$ > "$queue/lock/pid" && return 0
    owner=$(cat "$queue/lock/pid" 2> /dev/null)
    is_pusher "$owner" && return 1
    # without a number it may have been made in this moment
    [ -z "$owner" ] && [ -z "$(find "$queue/lock" -prune -mmin +1 2> /dev/null)" ] && return 1
    mv "$queue/lock" "$queue/stale.$$" 2> /dev/null && rm -rf "$queue/stale.$$"
    mkdir "$queue/lock" 2> /dev/null && echo $$ > "$queue/lock/pid"
}

# two that took over the same lock in the same moment would both work
has_lock() {
    [ "$(cat "$queue/lock/pid" 2> /dev/null)" = $$ ]
}

unlock() {
    has_lock && rm -rf "$queue/lock"
}

# The paths of an entry, which is one build's. Fails where they cannot be told; none where the derivation is gone
paths() {
    read -r first rest < "$1"
    [ "$first" = derivation ] || { echo "$first $rest" && return; }
    if [ -n "$("$nix_store" --check-validity --print-invalid "$rest" 2> /dev/null)" ]; then
        return 0
    fi
    "$nix_store" --query --outputs "$rest" 2>> "$log"
}

forget() {
    rm -f "$1" "$queue/later/$(basename "$1")"
}

# Puts the paths of an entry that are still there into $left, and tells of the others
check() {
    left=
    all=$(paths "$1") || return 1
    [ -n "$all" ] || say "dropped, since it is gone: $(cat "$1")"
    # shellcheck disable=SC2086
    gone=$("$nix_store" --check-validity --print-invalid $all 2>> "$log") || return 1
    for path in $all; do
        case "
$gone
" in
            *"
$path
"*) say "dropped, since it is gone: $path" ;;
            *) left="$left $path" ;;
        esac
    done
}

# The caches of Nix are made anew each time: in a lasting one it would remember for an hour that a path is not there, and for
# a month that it is, also after it was deleted
copy() {
    run=$(mktemp -d "$queue/half/run.XXXXXXXX") || return 1
    # without port, nor the brackets of an IPv6 address
    host=$(echo "$url" | sed -e 's,^[a-z]*://,,' -e 's,/.*,,' -e 's,:[0-9]*$,,' -e 's,[][],,g')
    # shellcheck disable=SC2086
    (umask 077 && printf 'machine %s\nlogin any\npassword %s\n' "$host" "$(cat "$token_file")" > "$run/netrc") \
        && XDG_CACHE_HOME=$run "$nix" --extra-experimental-features nix-command --option netrc-file "$run/netrc" \
            --option connect-timeout 30 copy --to "$url" "$@" > "$run/said" 2>&1 < /dev/null
    status=$?
    cat "$run/said" >> "$log" 2> /dev/null
    [ -z "$aloud" ] || cat "$run/said"
    # a conflict stays one, however often it is tried
    if [ $status -ne 0 ] && grep -q 'HTTP error 409' "$run/said" 2> /dev/null; then
        status=$conflict
    fi
    rm -rf "$run"
    return $status
}

# Pushes an entry, or fails
push() {
    if ! is_private "$token_file"; then
        say "not pushed: $token_file is missing, or others than its owner may read it: chmod 600"
        return 1
    fi
    check "$1" || return 1
    [ -n "$left" ] || return 0
    # shellcheck disable=SC2086
    copy $left
    status=$?
    if [ $status -eq "$conflict" ] && [ "$(echo "$left" | wc -w)" -gt 1 ]; then
        # of several outputs the others may be right
        status=0
        for path in $left; do
            copy "$path"
            case $? in
                0) say "pushed $path" ;;
                "$conflict") say "dropped, since the cache has it, or what it needs, with other contents: $path" ;;
                *) status=1 ;;
            esac
        done
    elif [ $status -eq "$conflict" ]; then
        say "dropped, since the cache has it, or what it needs, with other contents:$left"
        status=0
    elif [ $status -eq 0 ]; then
        say "pushed$left"
    fi
    return $status
}
# Tries an entry once; one that fails gets a pause of its own
try() {
    entry=$queue/new/$1
    pause_file=$queue/later/$1
    if push "$entry"; then
        rm -f "$entry" "$pause_file"
    elif [ $(($(date +%s) - ${1%%-*})) -ge "$seconds" ]; then
        say "given up after $seconds seconds: $(cat "$entry")"
        rm -f "$entry" "$pause_file"
    else
        pause=
        read -r _ pause 2> /dev/null < "$pause_file"
        pause=$((${pause:-0} == 0 ? first_pause : pause * 2))
        pause=$((pause > longest_pause ? longest_pause : pause))
        say "trying again in $pause seconds: $(cat "$entry")"
        mkdir -p "$queue/later" && echo "$(($(date +%s) + pause)) $pause" > "$pause_file"
    fi
    # on a disk that takes nothing all must wait
    [ ! -f "$entry" ] || [ -s "$pause_file" ] || sleep "$first_pause"
}

# Names of entries, the oldest first
entries() {
    find "$queue/new" -type f 2> /dev/null | sed 's,.*/,,' | sort
}

# Finds what to try now: what was never tried, or else what has waited longest. None: when the next will be, if any waits
choose() {
    chosen=
    earliest=
    for name in $(entries); do
        due=
        read -r due _ 2> /dev/null < "$queue/later/$name" || { chosen=$name && return; }
        if [ -z "$earliest" ] || [ "$due" -lt "$earliest" ]; then
            earliest=$due
            first=$name
        fi
    done
    [ -z "$earliest" ] || [ "$earliest" -gt "$(date +%s)" ] || chosen=$first
}

# pushes until nothing is queued
work() {
    find "$queue/half" -name 'run.*' -prune -exec rm -rf {} +
    find "$queue/half" -type f -mmin +60 -exec rm -f {} +
    while has_lock; do
        touch "$queue/looked"
        choose
        if [ -n "$chosen" ]; then
            try "$chosen"
        elif [ -z "$earliest" ]; then
            rm -rf "$queue/later"
            return
        else
            # what comes meanwhile is not kept waiting
            sleep 1
            while [ "$(date +%s)" -lt "$earliest" ] && [ "$queue/looked" -nt "$queue/new" ]; do
                sleep 1
            done
        fi
    done
}

# Does something while no other process pushes
locked() {
    lock || return 1
    trap unlock EXIT
    trap 'exit 1' HUP INT TERM
    "$1"
    unlock
    trap - EXIT
}

# what was queued while the lock went back is seen by the second look
run() {
    while [ -n "$(entries)" ] && locked work; do
        :
    done
}

each_once() {
    for name in $(entries); do
        try "$name"
    done
}

# Nix reads what the hook says until every process has let go of it
background() {
    if command -v setsid > /dev/null 2>&1; then
        setsid "$0" --background < /dev/null > /dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
    else
        nohup "$0" --background < /dev/null > /dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
    fi
}

# Tries all that is queued, whatever its pause, and leaves to the background what fails
now() {
    aloud=yes
    rm -rf "$queue/later"
    if ! locked each_once; then
        # the pusher at work looks again when something was changed here
        touch "$queue/new"
        echo "another process pushes; its log is $log"
    fi
    [ -z "$(entries)" ] && return 0
    background
    return 1
}

case ${1:-} in
    --now)
        mkdir -p "$queue/new" "$queue/half" && now
        exit
        ;;
    --background) run > /dev/null 2>&1 ;;
    '')
        if [ -n "${OUT_PATHS:-}${DRV_PATH:-}" ]; then
            enqueue "${OUT_PATHS:-}" 2> /dev/null || echo "narthex-push: not queued: nothing can be written to $queue" >&2
            background
        fi
        ;;
    *)
        sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
        ;;
esac
exit 0
