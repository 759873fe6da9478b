# shellcheck shell=bash
# What the scripts beside this file share. It is sourced, never run.

say() { printf '%s\n' "$*" >&2; }

die() {
    say "${0##*/}: $*"
    exit 1
}

# True where a missing program, file or variable must fail the run instead of being reported and left out.
in_ci() { [[ ${CI:-} == true || ${CI:-} == 1 ]]; }

# missing_packages PROGRAM:PACKAGE… prints the packages whose program is nowhere to be found, each once. Servers
# live outside an ordinary user's PATH on Debian, so their folders are searched as well.
missing_packages() {
    local pair program package
    for pair in "$@"; do
        program=${pair%%:*} package=${pair#*:}
        case $program in
            postgres) postgres_bin >/dev/null || printf '%s\n' "$package" ;;
            *) PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null || printf '%s\n' "$package" ;;
        esac
    done | sort -u
}

# need PROGRAM:PACKAGE… installs what is missing, or stops naming it where it may not install.
need() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]} > 0)) || return 0
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        say "These Debian packages are missing: ${missing[*]}"
        say "Install them and try again, for instance: sudo apt-get install ${missing[*]}"
        return 1
    fi
    (
        # Two runs on one fresh machine would trip over the lock of apt's lists, for which apt does not wait.
        # (The descriptor is closed for apt: a service that an installation starts would keep it locked.)
        flock 9
        mapfile -t missing < <(missing_packages "$@")
        ((${#missing[@]} > 0)) || exit 0
        say "Installing ${missing[*]}"
        export DEBIAN_FRONTEND=noninteractive
        log=$(mktemp)
        trap 'rm -f "$log"' EXIT
        if ! { apt-get update && apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 \
            "${missing[@]}"; } >"$log" 2>&1 </dev/null 9<&-; then
            tail -n 30 "$log" >&2
            say "Installing ${missing[*]} failed."
            exit 1
        fi
    ) 9</var/lib/apt/lists || return 1
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]} == 0)) || { say "Still missing after the installation: ${missing[*]}" && return 1; }
}

# postgres_bin prints the folder of the newest PostgreSQL server programs.
postgres_bin() {
    local folder newest=
    while IFS= read -r folder; do
        [[ ! -x $folder/postgres || ! -x $folder/initdb ]] || newest=$folder
    done < <(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V)
    if [[ -z $newest ]] && folder=$(command -v postgres) && command -v initdb >/dev/null; then
        newest=${folder%/*}
    fi
    [[ -n $newest ]] && printf '%s\n' "$newest"
}

# free_port prints a port of 127.0.0.1 that nobody answers on. It lies below the range the kernel hands out to
# clients, so that only another server can take it before it is used: callers try again with another one.
free_port() {
    local port
    for _ in {1..50}; do
        port=$((20000 + RANDOM % 12000))
        if ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            printf '%s\n' "$port"
            return
        fi
    done
    say "No free port was found."
    return 1
}

# random_hex BYTES
random_hex() { od -An -v -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

alive() { kill -0 "$1" 2>/dev/null; }

# family PID prints the process and everything it started, children before parents.
family() {
    local children child
    read -r -d '' -a children < <(cat "/proc/$1/task/"*"/children" 2>/dev/null) || true
    for child in "${children[@]}"; do family "$child"; done
    printf '%s\n' "$1"
}
