#!/usr/bin/env python3
"""Measures Medcert against the bare server of bench/bare; started by bench/run, which builds both.

Everything that is compared is measured in turns in the same run: on a machine with other work the figures of two runs
do not compare, but what is measured in turns shares its luck.
"""

import argparse
import concurrent.futures
import contextlib
import datetime
import http.client
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MEDCERT = ROOT / "target/release/medcert"
BARE = ROOT / "target/release/medcert-bench"
PASSWORD = "medcert-demo-2026"
API = "/api/v1"
REQUESTS = f"{API}/certification-requests"


def say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def environment(**more):
    """The environment without settings of Medcert that the desk happens to have."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("MEDCERT_") and k != "RUST_LOG"}
    return kept | more


class Place:
    """A data folder, with its database in it or on a server."""

    def __init__(self, engine, size, folder, postgres):
        self.engine, self.size, self.folder = engine, size, folder / f"{engine}-{size}"
        self.folder.mkdir()
        self.extra = {}
        if engine == "postgres":
            url = urllib.parse.urlsplit(postgres)
            self.url = url._replace(path=f"/bench_{size}").geturl()
            create_database(postgres, f"bench_{size}")
            keys = self.folder / "keys"
            keys.mkdir()
            # Outside the embedded default Medcert makes no keys; a throw-away SQLite installation does.
            subprocess.run(
                [MEDCERT, "user", "create", "--email", "a@b.example", "--given-names", "A", "--family-names", "B",
                 "--first-admin", "--data-dir", str(keys)],
                input=b"no-one-signs-in-here", check=True, stdout=subprocess.DEVNULL, env=environment())
            self.extra = {
                "MEDCERT_DATABASE_URL": self.url,
                "MEDCERT_ACCESS_KEY_FILE": str(keys / "keys/access-key.pem"),
                "MEDCERT_SECRET_KEY_FILE": str(keys / "keys/secret-key.hex"),
            }
        else:
            self.url = f"sqlite://{self.folder / 'medcert.db'}"

    def environment(self):
        return environment(MEDCERT_DATA_DIR=str(self.folder), MEDCERT_RATE_LIMIT="off", **self.extra)

    def seed(self):
        began = time.monotonic()
        subprocess.run([MEDCERT, "seed", "--requests", str(self.size), "--seed", "1"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.environment())
        seconds = time.monotonic() - began
        if self.engine == "postgres":
            # What autovacuum would do within a minute, so that the first figures are not those of a stranger.
            psql(self.url, "ANALYZE")
        return seconds


def psql(url, statement):
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/psql"))
    psql = str(binaries[-1]) if binaries else "psql"
    subprocess.run([psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, url], check=True,
                   stdout=subprocess.DEVNULL)


def create_database(url, name):
    psql(url, f"CREATE DATABASE {name}")


class Server:
    """A process that answers on a port."""

    def __init__(self, command, env, log, ready):
        self.port = free_port()
        began = time.monotonic()
        with open(log, "ab") as out:
            self.process = subprocess.Popen([*map(str, command), "--listen", f"127.0.0.1:{self.port}"], env=env,
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        while not self.answers(ready):
            if self.process.poll() is not None or time.monotonic() - began > 60:
                self.stop()
                raise SystemExit(f"{command[0]} did not start; see {log}")
            time.sleep(0.002)
        self.seconds_to_start = time.monotonic() - began

    def answers(self, path):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", path)
            return connection.getresponse().status < 500
        except OSError:
            return False

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def resident_mib(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return None

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()


def medcert(place):
    return Server([MEDCERT, "serve"], place.environment(), place.folder / "serve.log", "/readyz")


def bare(place):
    return Server([BARE], environment(BENCH_DATABASE_URL=place.url), place.folder / "bare.log", "/list")


class Caller:
    """One signed-in user on one connection."""

    def __init__(self, port, name):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self.token, self.used = None, time.monotonic()
        self.token = self.ask("POST", f"{API}/auth/login",
                              {"email": f"{name}@demo.medcert.test", "password": PASSWORD})[0]["access_token"]

    def ask(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        # The server ends what is idle for five seconds.
        if time.monotonic() - self.used > 2:
            self.connection.close()
        self.used = time.monotonic()
        self.connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]!r}")
        return (json.loads(text) if text else None), answer.headers


def wrk(script, options, target, *args):
    command = ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", "--timeout", "20s",
               "-s", str(ROOT / "bench/wrk" / script), target, "--", *args]
    out = subprocess.run(command, check=True, capture_output=True, text=True,
                         env=os.environ | {"BENCH_WRK": str(ROOT / "bench/wrk")}).stdout
    result = json.loads(next(line for line in out.splitlines() if line.startswith("RESULT "))[7:])
    if result["failed"] or not result["requests"]:
        raise SystemExit(f"{script} {args[0]} failed:\n{out}")
    return {"per_second": result["requests"] / result["seconds"], **{k: result[k] for k in ("p50_ms", "p99_ms")}}


def ids_of(server, path):
    """Ids from all over the list, as many as make up a good mixture of stages."""
    caller, ids, cursor = Caller(server.port, "manager"), [], None
    # Pages from starting points spread over the year that seeding fills.
    today = datetime.date.today()
    for days in range(360, 0, -30):
        day = (today - datetime.timedelta(days=days)).isoformat()
        cursor = ""
        for _ in range(2):
            query = f"{REQUESTS}?limit=200&sort=created_at&created_from={day}{cursor}"
            page = caller.ask("GET", query)[0]
            ids += [item["id"] for item in page["items"]]
            if not page["next_cursor"]:
                break
            cursor = "&cursor=" + urllib.parse.quote(page["next_cursor"])
    path.write_text("".join(f"{id}\n" for id in dict.fromkeys(ids)))
    return len(set(ids))


def journeys(server, options):
    """Whole ways from registration to the PDF, walked by callers beside each other."""
    end = time.monotonic() + options.seconds * 2
    today = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=5)).date().isoformat()
    staff = Caller(server.port, "manager")
    ids = {role: staff.ask("GET", f"{API}/staff?role={role}&assignable=true")[0]["items"][0]["id"]
           for role in ("MANAGER", "DOCTOR")}
    service = staff.ask("GET", f"{API}/services")[0]["items"][0]
    counter, lock = iter(range(10**9)), threading.Lock()
    run = f"J{os.getpid()}{int(time.time()) % 100000}"

    def walk():
        operator, manager, doctor = (Caller(server.port, name) for name in ("operator", "manager", "doctor"))
        took = []
        while time.monotonic() < end:
            with lock:
                number = next(counter)
            began = time.monotonic()
            made, _ = operator.ask("POST", REQUESTS, {
                "client": {"document_type": "PASSPORT", "document_number": f"{run}{number:05}",
                           "given_names": "Lucía", "family_names": "Quispe Ñahui", "birth_date": "1994-05-17",
                           "preferred_locale": "es"},
                "service_id": service["id"]})
            at = f"{REQUESTS}/{made['id']}"
            manager.ask("POST", f"{at}/assign-manager", {"staff_id": ids["MANAGER"]})
            manager.ask("POST", f"{at}/register-payment",
                        {"channel": "CASH", "paid_on": today, **service["fee"]},
                        {"Idempotency-Key": f'"pay-{number}"'})
            tag = manager.ask("POST", f"{at}/assign-doctor", {"staff_id": ids["DOCTOR"]})[1]["ETag"]
            tag = doctor.ask("POST", f"{at}/record-evaluation",
                             {"evaluated_on": today, "conclusion": "FIT", "verdict": "APPROVED",
                              "diagnoses": [{"code": "Z02.7"}]}, {"If-Match": tag})[1]["ETag"]
            issued, _ = doctor.ask("POST", f"{at}/issue", {},
                                   {"If-Match": tag, "Idempotency-Key": f'"issue-{number}"'})
            pdf = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            pdf.request("GET", f"{API}/certificates/{issued['certificate']['id']}/pdf",
                        headers={"Authorization": f"Bearer {doctor.token}"})
            assert pdf.getresponse().read().startswith(b"%PDF")
            took.append(time.monotonic() - began)
        return took

    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.walkers) as pool:
        took = sorted(t for one in [pool.submit(walk) for _ in range(options.walkers)] for t in one.result())
    return {"per_second": len(took) / (time.monotonic() - began), "p50_ms": took[len(took) // 2] * 1000,
            "p99_ms": took[min(len(took) - 1, len(took) * 99 // 100)] * 1000}


def middle(turns):
    return {key: statistics.median(turn[key] for turn in turns) for key in turns[0]}


def measure_engine(engine, options, folder, postgres, results):
    places = []
    for size in options.sizes:
        place = Place(engine, size, folder, postgres)
        seconds = place.seed()
        say(f"{engine}: {size:,} requests seeded in {seconds:.1f} s")
        results["seed_seconds"].setdefault(engine, {})[str(size)] = round(seconds, 1)
        places.append(place)
    if engine == "sqlite":
        start_and_memory(places, results)
    with contextlib.ExitStack() as stack:
        def up(server):
            stack.callback(server.stop)
            return server
        servers = {place.size: (up(medcert(place)), up(bare(place))) for place in places}
        files, tokens, services = {}, {}, {}
        for place in places:
            files[place.size] = str(place.folder / "ids")
            ids_of(servers[place.size][0], Path(files[place.size]))
            operator = Caller(servers[place.size][0].port, "operator")
            tokens[place.size] = operator.token
            services[place.size] = operator.ask("GET", f"{API}/services")[0]["items"][0]["id"]
        turns = {}

        def turn(what, size, who, result):
            turns.setdefault((what, size, who), []).append(result)
            say(f"{engine} {size:>7,} {what:7} {who:7} {result['per_second']:9.1f}/s"
                f"  p50 {result['p50_ms']:8.2f} ms  p99 {result['p99_ms']:8.2f} ms")

        for what in ("list", "detail"):
            for _ in range(options.rounds):
                for size, (ours, theirs) in servers.items():
                    ids = files[size] if what == "detail" else "-"
                    path = f"{REQUESTS}/" if what == "detail" else REQUESTS
                    turn(what, size, "medcert", wrk("get.lua", options, ours.address, path, ids, tokens[size]))
                    path = "/detail/" if what == "detail" else "/list"
                    turn(what, size, "bare", wrk("get.lua", options, theirs.address, path, ids))
        for number in range(options.rounds):
            for size, (ours, _) in servers.items():
                run = f"B{number}"
                turn("create", size, "medcert",
                     wrk("create.lua", options, ours.address, REQUESTS, services[size], run, tokens[size]))
        for size, (ours, _) in servers.items():
            turn("journey", size, "medcert", journeys(ours, options))
        results["rates"][engine] = {
            what: {str(size): {who: middle(turns[what, size, who]) for who in ("medcert", "bare")
                               if (what, size, who) in turns} for size in servers}
            for what in ("list", "detail", "create", "journey")}
        results["ratios"][engine] = ratios(turns, options)
        ours = servers[max(servers)][0]
        results["resident_mib_after_load"][engine] = round(ours.resident_mib(), 1)


def ratios(turns, options):
    """Each turn against the one beside it, then the median."""
    small, large = min(options.sizes), max(options.sizes)

    def pairs(one, other):
        return statistics.median(
            a["per_second"] / b["per_second"] for a, b in zip(turns[one], turns[other], strict=True))
    of_bare = {what: {str(size): round(pairs((what, size, "medcert"), (what, size, "bare")), 2)
                      for size in options.sizes} for what in ("list", "detail")}
    # Time for one answer with many rows as a multiple of that with few: 1.3 is the most that is aimed for.
    growth = {what: round(pairs((what, small, "medcert"), (what, large, "medcert")), 2)
              for what in ("list", "detail", "create")}
    return {"of_bare": of_bare, "growth": growth}


def start_and_memory(places, results):
    place = places[-1]
    medcert(place).stop()
    starts = []
    for _ in range(4):
        server = medcert(place)
        starts.append(server.seconds_to_start)
        server.stop()
    results["start_seconds"] = round(statistics.median(starts), 3)
    server = medcert(place)
    time.sleep(10)
    results["resident_mib"] = round(server.resident_mib(), 1)
    server.stop()
    say(f"start {results['start_seconds']} s, {results['resident_mib']} MiB 10 s later")


def machine():
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} cores, {model}"


def verdict(good):
    return "yes" if good else "**no**"


def table(results):
    lines = [f"{results['date']}, {results['machine']}, {results['connections']} connections, "
             f"{results['rounds']} turns of {results['seconds']} s each, commit {results['commit']}.", ""]
    lines += ["| database | requests | what | Medcert /s | p50 ms | p99 ms | bare /s | p99 ms | Medcert / bare |",
              "|---|--:|---|--:|--:|--:|--:|--:|--:|"]
    for engine, rates in results["rates"].items():
        for size in results["sizes"]:
            for what, sizes in rates.items():
                ours, theirs = sizes[str(size)]["medcert"], sizes[str(size)].get("bare")
                bare = f"{theirs['per_second']:,.0f} | {theirs['p99_ms']:.1f}" if theirs else " | "
                share = f"{results['ratios'][engine]['of_bare'][what][str(size)]:.2f}" if theirs else ""
                lines.append(f"| {engine} | {size:,} | {what} | {ours['per_second']:,.0f} | {ours['p50_ms']:.1f} | "
                             f"{ours['p99_ms']:.1f} | {bare} | {share} |")
    lines += ["", "| aim | measured | reached |", "|---|---|---|"]

    def aim(name, measured, good):
        lines.append(f"| {name} | {measured} | {verdict(good)} |")
    for engine, found in results["ratios"].items():
        for what, sizes in found["of_bare"].items():
            for size, share in sizes.items():
                aim(f"{engine}, {int(size):,}: {what} at least 0.60 of bare", f"{share:.2f}", share >= 0.6)
        if len(results["sizes"]) > 1:
            for what, growth in found["growth"].items():
                aim(f"{engine}: {what}, time with {max(results['sizes']):,} over {min(results['sizes']):,} "
                    "at most 1.3", f"{growth:.2f}", growth <= 1.3)
    if "resident_mib" in results:
        aim("VmRSS under 40 MiB (SQLite, 10 s after the start)", f"{results['resident_mib']} MiB",
            results["resident_mib"] < 40)
        aim("start under 0.5 s with a data folder that is there", f"{results['start_seconds']} s",
            results["start_seconds"] < 0.5)
    for engine, sizes in results["seed_seconds"].items():
        if "100000" in sizes:
            good = sizes["100000"] < 120
            aim(f"{engine}: seed 100,000" + (" under two minutes" if engine == "sqlite" else ""),
                f"{sizes['100000']} s", good or engine != "sqlite")
    return "\n".join(lines)


def write(results):
    (ROOT / "bench/results.json").write_text(json.dumps(results, indent=2) + "\n")
    readme = ROOT / "bench/README.md"
    text = readme.read_text()
    before, _, rest = text.partition("<!-- figures -->\n")
    _, _, after = rest.partition("<!-- end of figures -->")
    readme.write_text(f"{before}<!-- figures -->\n{table(results)}\n<!-- end of figures -->{after}")


def main():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], help="requests seeded")
    parser.add_argument("--engines", nargs="+", default=["sqlite", "postgres"], choices=["sqlite", "postgres"])
    parser.add_argument("--seconds", type=int, default=5, help="length of a turn")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each measurement")
    parser.add_argument("--connections", type=int, default=16, help="connections that ask at the same time")
    parser.add_argument("--walkers", type=int, default=4, help="journeys at the same time")
    parser.add_argument("--dry", action="store_true", help="print the figures and write no file")
    options = parser.parse_args()
    postgres = os.environ.get("MEDCERT_TEST_POSTGRES_URL")
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    results = {
        "date": datetime.date.today().isoformat(), "machine": machine(), "commit": commit.stdout.strip(),
        "sizes": options.sizes, "seconds": options.seconds, "rounds": options.rounds,
        "connections": options.connections, "seed_seconds": {}, "rates": {}, "ratios": {},
        "resident_mib_after_load": {},
    }
    with tempfile.TemporaryDirectory(prefix="medcert-bench.") as folder:
        for engine in options.engines:
            measure_engine(engine, options, Path(folder), postgres, results)
    print(table(results))
    if not options.dry:
        write(results)


if __name__ == "__main__":
    main()
