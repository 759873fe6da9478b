# shellcheck shell=bash
# A MySQL server in a folder of its own, for distributions that package MariaDB only. It is sourced after lib.sh, never
# run. Packages of MySQL are unpacked beside the C library that they were built with, and run from there: nothing of
# the system changes, and nobody has to be root for it.
#
# Where this machine's own sources have no MySQL, the packages of Debian's unstable suite are taken; its address is that
# of the Debian archive that apt knows already. Remove the folder to have the newest version fetched.

# mysql_home prints the folder. Below root's home no server could run, since those of root run as somebody else.
mysql_home() {
    if [[ $(id -u) == 0 ]]; then
        printf '%s\n' /var/cache/medcert/mysql
    else
        printf '%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}/medcert/mysql"
    fi
}

# mysql_program NAME sets the array mysql_command to what runs one of MySQL's programs.
mysql_program() {
    local home loader
    home=$(mysql_home)
    for loader in "$home"/{usr/,}lib/*-linux-gnu/ld-linux-*.so.*; do
        [[ -x $loader ]] || continue
        # The libraries are those beside the loader, and never the system's.
        mysql_command=("$loader" --library-path "$home/usr/lib/$(basename "$(dirname "$loader")"):${loader%/*}")
        for program in "$home/usr/sbin/$1" "$home/usr/bin/$1"; do
            [[ ! -x $program ]] || { mysql_command+=("$program") && return; }
        done
    done
    return 1
}

# mysql_version prints the version of the server there is, if it runs.
mysql_version() {
    mysql_program mysqladmin && mysql_program mysqld && "${mysql_command[@]}" --no-defaults --version 2>/dev/null
}

# need_mysql fetches it where it is missing.
need_mysql() {
    local home
    mysql_version >/dev/null && return
    home=$(mysql_home)
    if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
        say "There is no MySQL in $home, and without apt none can be fetched."
        say "Leave it out with --only, or set MEDCERT_TEST_MYSQL_URL to a server of yours and run cargo test yourself."
        return 1
    fi
    (
        mkdir -p "${home%/*}"
        exec 9>"$home.lock"
        # Two runs on one fresh machine would unpack into each other.
        flock 9
        ! mysql_version >/dev/null || exit 0
        say "Fetching MySQL into $home"
        work=$(mktemp -d "$home.XXXXXX")
        trap 'rm -rf "$work"' EXIT
        if ! fetch_mysql "$work" >"$work/log" 2>&1 </dev/null 9<&-; then
            tail -n 30 "$work/log" >&2
            say "Fetching MySQL failed."
            exit 1
        fi
        chmod 0755 "$work/prefix"
        rm -rf "$home"
        mv "$work/prefix" "$home"
    ) || return 1
    mysql_version >&2 || { say "The MySQL in $home does not run." && return 1; }
}

# fetch_mysql FOLDER unpacks server and client into FOLDER/prefix.
fetch_mysql() {
    local work=$1 options=() wanted archive keys packages
    mkdir -p "$work"/{prefix,debs}
    # A machine whose lists were never read knows no sources either.
    [[ $(id -u) != 0 || -n $(debian_archive) ]] || apt-get update || return 1
    wanted=$(mysql_packages)
    if [[ -z $wanted ]]; then
        archive=$(debian_archive)
        keys=$(find /usr/share/keyrings -name 'debian-archive-keyring.*' | sort | head -n 1)
        if [[ -z $archive || -z $keys ]]; then
            echo "apt's sources have neither MySQL nor Debian's archive (or were never read: apt-get update)"
            return 1
        fi
        # Lists of its own, so that nothing of that suite can get into the system.
        mkdir -p "$work"/apt/{parts,lists/partial,cache/archives/partial}
        printf 'Types: deb\nURIs: %s\nSuites: unstable\nComponents: main\nSigned-By: %s\n' "$archive" "$keys" \
            >"$work/apt/parts/unstable.sources"
        options=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/apt/parts"
            -o "Dir::State::Lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache" -o APT::Sandbox::User=)
        apt-get "${options[@]}" update || return 1
        wanted=$(mysql_packages "${options[@]}")
        [[ -n $wanted ]] || return 1
    fi
    # Everything that the programs are linked with, but not what only scripts of the packages need.
    # shellcheck disable=SC2086
    packages=$(apt-cache "${options[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
        --no-replaces --no-enhances $wanted | grep -E '^[[:alnum:]]' | sort -u | grep -vE 'perl|gconv|debconf')
    # shellcheck disable=SC2086
    (cd "$work/debs" && apt-get "${options[@]}" -o APT::Sandbox::User= download $packages) || return 1
    local deb
    for deb in "$work"/debs/*.deb; do dpkg -x "$deb" "$work/prefix" || return 1; done
}

# debian_archive prints the address of the Debian archive that apt has lists of, if any.
debian_archive() {
    apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian //p' | sed -n 1p
}

# mysql_packages APT-OPTION… prints the newest packages of MySQL's server and client that apt knows, if any.
mysql_packages() {
    local names server
    names=$(apt-cache "$@" search --names-only '^mysql-server-core(-[0-9.]+)?$' | cut -d ' ' -f 1 | sort -V)
    server=$(tail -n 1 <<<"$names")
    [[ -z $server ]] || printf '%s %s\n' "$server" "${server/server/client}"
}
