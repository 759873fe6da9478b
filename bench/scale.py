#!/usr/bin/env python3
"""Asks the release build for lists, searches and details with few and with many requests; started by bench/scale.

One caller, one call after another: what is measured is how long an answer takes, not how many there are. The sizes take
turns, so that they share the machine's luck.
"""

import argparse
import concurrent.futures
import contextlib
import datetime
import http.client
import itertools
import json
import os
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

import measure
from measure import API, MEDCERT, REQUESTS, ROOT, Caller, Server, environment, machine, say, verdict

RESULTS = ROOT / "bench/results/scale.json"
DEEP = 100_000
# Milliseconds after which a round has seen enough.
LONG = 3000
REPORT = f"{API}/reports/certification"
# The client that came with the server, which is not installed.
MYSQL_CLIENT = f"""
cd '{ROOT}/scripts' && . ./lib.sh && . ./mysql.sh && mysql_program mysql && exec "${{mysql_command[@]}}" "$@"
"""


class Peak:
    """The most memory a process held while something was done; asked for every hundredth of a second."""

    def __init__(self, server):
        self.server, self.stopped, self.mib = server, threading.Event(), server.resident_mib()
        self.before = self.mib
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.stopped.wait(0.01):
            self.mib = max(self.mib, self.server.resident_mib())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()


class Place:
    """A database on a server, with as many requests as it should have."""

    def __init__(self, engine, size, folder, server):
        self.engine, self.size, self.folder = engine, size, folder / f"{engine}-{size}"
        self.url = urllib.parse.urlsplit(server)._replace(path=f"/scale_{size}").geturl()
        self.note = self.folder / "seeded"
        keys = self.folder / "keys"
        if not self.folder.exists():
            keys.mkdir(parents=True)
            # Outside the embedded default Medcert makes no keys; a throw-away SQLite installation does.
            subprocess.run(
                [MEDCERT, "user", "create", "--email", "a@b.example", "--given-names", "A", "--family-names", "B",
                 "--first-admin", "--data-dir", str(keys)],
                input=b"no-one-signs-in-here", check=True, stdout=subprocess.DEVNULL, env=environment())
            self.create(server)
        self.environment = environment(
            MEDCERT_DATA_DIR=str(self.folder), MEDCERT_RATE_LIMIT="off", MEDCERT_DATABASE_URL=self.url,
            MEDCERT_ACCESS_KEY_FILE=str(keys / "keys/access-key.pem"),
            MEDCERT_SECRET_KEY_FILE=str(keys / "keys/secret-key.hex"))

    def create(self, server):
        if self.engine == "postgres":
            measure.psql(server, f"CREATE DATABASE scale_{self.size}")
            return
        url = urllib.parse.urlsplit(server)
        client, collation = {
            "mariadb": (["mariadb"], "utf8mb4_nopad_bin"),
            "mysql": (["bash", "-c", MYSQL_CLIENT, "mysql"], "utf8mb4_0900_bin"),
        }[self.engine]
        subprocess.run(
            [*client, "--no-defaults", "--protocol=tcp", "-h", url.hostname, "-P", str(url.port), "-u", url.username,
             "-e", f"CREATE DATABASE scale_{self.size} CHARACTER SET utf8mb4 COLLATE {collation}"],
            check=True, env=environment(MYSQL_PWD=url.password))

    def seed(self):
        """Seconds that seeding took: now, or when it was done in the same folder before."""
        if not self.note.exists():
            began = time.monotonic()
            subprocess.run([MEDCERT, "seed", "--requests", str(self.size), "--seed", "1"], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.environment)
            self.note.write_text(f"{time.monotonic() - began:.1f}")
        return float(self.note.read_text())


class Asked:
    """A running server, with the addresses that are asked of it."""

    def __init__(self, place, server):
        self.place, self.server = place, server
        self.callers = {name: Caller(server.port, name) for name in ("admin", "operator", "manager", "doctor")}
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self.depth = min(DEEP, place.size // 2)
        self.cases = dict(self.make())

    def page(self, query, caller="operator"):
        return self.callers[caller].ask("GET", f"{REQUESTS}?{query}")[0]

    def deep(self, query, caller="operator"):
        """The address of a page far behind the first."""
        at, seen = "", 0
        while seen < self.depth:
            page = self.page(f"{query}&limit=200{at}", caller)
            if not page["next_cursor"]:
                break
            at, seen = "&cursor=" + urllib.parse.quote(page["next_cursor"]), seen + 200
        return f"{REQUESTS}?{query}{at}"

    def make(self):
        rows = self.page("limit=200")["items"]
        today = datetime.date.today()
        month = f"created_from={today - datetime.timedelta(150)}&created_to={today - datetime.timedelta(120)}"
        ids = {role: self.callers["operator"].ask("GET", f"{API}/staff?role={role}")[0]["items"][0]["id"]
               for role in ("MANAGER", "DOCTOR")}
        services = [s["id"] for s in self.callers["operator"].ask("GET", f"{API}/services")[0]["items"]]
        promoters = [p["id"] for p in self.callers["operator"].ask("GET", f"{API}/promoters")[0]["items"]]
        documents = [row["client"]["document_number"] for row in rows]
        codes = [row["code"] for row in rows]

        def one(query, caller="operator"):
            return itertools.cycle([(f"{REQUESTS}?{query}", caller)])

        def many(queries, caller="operator"):
            return itertools.cycle([(f"{REQUESTS}?{query}", caller) for query in queries])

        yield "list", one("")
        for sort in ("created_at", "-updated_at", "updated_at"):
            yield f"sort={sort}", one(f"sort={sort}")
        filters = {
            "stage": "stage=PAID", "three stages": "stage=PAID,EVALUATED,REGISTERED", "payment_status":
            "payment_status=PARTIAL", "service": f"service_id={services[0]}", "promoter": f"promoter_id={promoters[0]}",
            "manager": f"manager_id={ids['MANAGER']}", "doctor": f"doctor_id={ids['DOCTOR']}",
            "created range": month, "refund_due": "refund_due=true", "no refund_due": "refund_due=false",
            "stage + manager": f"stage=PAID&manager_id={ids['MANAGER']}",
            "stage + doctor": f"stage=EVALUATED&doctor_id={ids['DOCTOR']}",
            "range + service": f"{month}&service_id={services[-1]}",
            "updated_from by change": f"updated_from={today - datetime.timedelta(30)}&sort=updated_at",
            "updated_from": f"updated_from={today - datetime.timedelta(30)}",
        }
        for name, query in filters.items():
            yield name, one(query)
        yield "mine (operator)", one("mine=true")
        yield "mine (manager)", one("mine=true", "manager")
        yield "what a doctor sees", one("", "doctor")
        yield "document_number", many(f"document_number={number}" for number in documents)
        yield "external_reference", many(f"external_reference=EXT-{number}" for number in range(1, 2000, 7))
        for name, query in {"list": "sort=-created_at", "by change": "sort=-updated_at", "stage": "stage=CLOSED",
                            "three stages": "stage=PAID,EVALUATED,CLOSED", "service": f"service_id={services[0]}",
                            "manager": f"manager_id={ids['MANAGER']}"}.items():
            yield f"deep: {name}", itertools.cycle([(self.deep(query), "operator")])
        yield "deep: mine", itertools.cycle([(self.deep("mine=true", "manager"), "manager")])

        def search(name, queries, more=""):
            return f"search: {name}", many(f"q={urllib.parse.quote(query)}{more}" for query in queries)
        yield search("name", ["quispe", "García", "Шевченко", "núñez", "іжакевич"])
        yield search("beginning of a name", ["m", "qui", "ма", "o’h", "lu"])
        yield search("two names", ["quispe mar", "rosa flores", "олена бойко", "luis wong"])
        yield search("two names nobody has", ["шевченко garcia", "quispe мельник", "müller ткаченко", "wong щербак"])
        yield search("document", documents)
        yield search("beginning of a document", [number[:4] for number in documents])
        yield search("telephone", [f"+51 9{number:02}" for number in range(0, 100, 3)])
        yield search("code", codes)
        yield search("beginning of a code", [codes[0][:-3], codes[0][:8], "mc", "2026"])
        yield search("unknown", ["zzzz", "quispe zzzz", "99999999"])
        yield search("name + stage", ["quispe", "rosa"], "&stage=PAID")
        yield search("name + refund_due", ["quispe", "rosa"], "&refund_due=true")
        yield search("name by change", ["quispe", "олена"], "&sort=-updated_at")
        yield "deep: search", itertools.cycle([(self.deep("q=quispe"), "operator")])
        yield "detail", itertools.cycle([(f"{REQUESTS}/{row['id']}", "operator") for row in rows])
        yield "history", itertools.cycle([(f"{REQUESTS}/{row['id']}/history", "operator") for row in rows])
        year = f"from={today - datetime.timedelta(365)}"
        reports = {
            "thirty days": "", "all": year, "all by month": f"{year}&group_by=month", "ten years":
            f"from={today - datetime.timedelta(3650)}&group_by=month", "all of a service":
            f"{year}&service_id={services[0]}", "all of a promoter": f"{year}&promoter_id={promoters[0]}",
            "all of a manager": f"{year}&manager_id={ids['MANAGER']}", "all of a doctor":
            f"{year}&doctor_id={ids['DOCTOR']}", "all of a stage": f"{year}&stage=CLOSED", "all of two filters":
            f"{year}&service_id={services[0]}&manager_id={ids['MANAGER']}", "all of three filters":
            f"{year}&service_id={services[0]}&manager_id={ids['MANAGER']}&stage=CLOSED,EVALUATED",
        }
        for name, query in reports.items():
            yield f"report: {name}", itertools.cycle([(f"{REPORT}?{query}", "admin")])
        people = f"{API}/people?"
        yield "people", itertools.cycle([(people, "operator")])
        yield "people: search", itertools.cycle([(f"{people}q=quispe", "operator"), (f"{people}q=rosa%20f", "operator")])
        yield "certificates", itertools.cycle([(f"{API}/certificates", "operator")])
        yield "certificates of a doctor", itertools.cycle([(f"{API}/certificates?doctor_id={ids['DOCTOR']}", "operator")])
        yield "with_total: document_number", many(f"document_number={number}&with_total=true" for number in documents)
        yield "with_total (grows)", one("with_total=true")
        yield "with_total: stage (grows)", one("stage=PAID&with_total=true")
        yield "with_total: search (grows)", one("q=quispe&with_total=true")

    def round(self, case, calls):
        """So many calls; fewer where they take long, but five at the least."""
        self.connection.close()
        times = []
        while len(times) < min(calls, 5) or (len(times) < calls and sum(times) < LONG):
            times.append(self.time(case))
        return times

    def time(self, case):
        path, caller = next(self.cases[case])
        began = time.perf_counter()
        self.connection.request("GET", path, headers={"Authorization": f"Bearer {self.callers[caller].token}"})
        answer = self.connection.getresponse()
        answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        return took


def download(running, token, path):
    """Bytes and seconds of a long answer."""
    connection, began = http.client.HTTPConnection("127.0.0.1", running.port, timeout=3600), time.monotonic()
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer, size = connection.getresponse(), 0
    while piece := answer.read(1 << 20):
        size += len(piece)
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    return size, time.monotonic() - began


def upload(running, token, request, mib):
    """Seconds that sending a PDF of this size took."""
    boundary = "m3dc3rt"
    head = (f'--{boundary}\r\nContent-Disposition: form-data; name="kind"\r\n\r\nDOCUMENT\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="scan.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n").encode()
    pdf, tail = scanned(mib), f"\r\n--{boundary}--\r\n".encode()
    connection, began = http.client.HTTPConnection("127.0.0.1", running.port, timeout=600), time.monotonic()
    connection.request("POST", f"{REQUESTS}/{request}/files", head + pdf + tail, {
        "Authorization": f"Bearer {token}", "Content-Type": f"multipart/form-data; boundary={boundary}"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 201:
        raise SystemExit(f"upload: {answer.status} {text[:300]!r}")
    return time.monotonic() - began


def scanned(mib):
    """A PDF of one object as large as that."""
    body = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" \
           b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
    third, size = len(body), mib * 1024 * 1024
    body += f"3 0 obj\n<< /Length {size} >>\nstream\n".encode() + os.urandom(size) + b"\nendstream\nendobj\n"
    places = [body.index(f"{n} 0 obj".encode()) for n in (1, 2)] + [third]
    table = "xref\n0 4\n0000000000 65535 f \n" + "".join(f"{place:010} 00000 n \n" for place in places)
    return body + table.encode() + f"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n".encode()


def memory(place):
    """What long answers and large uploads cost a process that has done nothing else."""
    found = {}
    running = Server([MEDCERT, "serve"], place.environment, place.folder / "log", "/readyz")
    try:
        tokens = {name: Caller(running.port, name).token for name in ("operator", "admin")}
        first = Caller(running.port, "operator").ask("GET", f"{REQUESTS}?limit=1&stage=REGISTERED")[0]["items"][0]["id"]
        tasks = {
            "export as CSV": lambda: download(running, tokens["admin"], f"{REQUESTS}/export?format=csv"),
            "export as XLSX": lambda: download(running, tokens["admin"], f"{REQUESTS}/export?format=xlsx"),
            "four uploads of 9 MiB at once": lambda: uploads(running, tokens["operator"], first),
        }
        for name, task in tasks.items():
            with Peak(running) as peak:
                size, seconds = task()
            found[name] = {"mib": round(size / 1024 / 1024, 1), "seconds": round(seconds, 1),
                           "before_mib": round(peak.before, 1), "peak_mib": round(peak.mib, 1)}
            say(f"{place.engine} {place.size:,} {name}: {found[name]}")
    finally:
        running.stop()
    return found


def uploads(running, token, request):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        seconds = list(pool.map(lambda _: upload(running, token, request, 9), range(4)))
    return 4 * 9 * 1024 * 1024, max(seconds)


def merge(place, count):
    """Seconds of importing so many requests of one client, and of merging that client into another record."""
    running = Server([MEDCERT, "serve"], place.environment, place.folder / "log", "/readyz")
    try:
        operator, admin = Caller(running.port, "operator"), Caller(running.port, "admin")
        run = f"{time.time():.0f}"
        client = {"document_type": "PASSPORT", "document_number": f"A{run}", "given_names": "Inés",
                  "family_names": "Vásquez Ñahui", "birth_date": "1980-02-29"}
        began = time.monotonic()
        job = operator.ask("POST", f"{REQUESTS}/import", [{"client": client, "care": {"mode": "ON_SITE", "place": "Sede Miraflores"}}] * count)[0]
        while job["status"] in ("QUEUED", "RUNNING"):
            time.sleep(0.5)
            job = operator.ask("GET", f"{API}/jobs/{job['id']}")[0]
        imported = time.monotonic() - began
        if job["status"] != "SUCCEEDED" or job["failed"]:
            raise SystemExit(f"the import ended as {job}")
        def person(number, family_names):
            body = {**client, "document_number": number, "family_names": family_names}
            found, headers = admin.ask("POST", f"{API}/people", body)
            return found["id"], headers["ETag"]
        old, tag = person(client["document_number"], client["family_names"])
        new, _ = person(f"B{run}", "Vásquez")
        began = time.monotonic()
        admin.ask("POST", f"{API}/people/{old}/merge", {"into_person_id": new, "reason": "Measured"}, {"If-Match": tag})
        merged = time.monotonic() - began
        say(f"{place.engine} {place.size:,}: {count:,} requests imported in {imported:.1f} s, merged in {merged:.2f} s")
        return {"requests": count, "import_seconds": round(imported, 1), "merge_seconds": round(merged, 2)}
    finally:
        running.stop()


def p95(times):
    return sorted(times)[max(0, -(-len(times) * 95 // 100) - 1)]


def bound(case):
    """How much slower many may be than few, or how long they may take anyway; nothing where growing is expected."""
    if "(grows)" in case:
        return None
    if "report" in case:
        return (1.5, 1000)
    return (3, 20) if "search" in case else (1.5, 10)


def table(results):
    lines = [f"{results['date']}, {results['machine']}, {results['rounds']} rounds of {results['calls']} calls, "
             f"commit {results['commit']}; milliseconds, p95 of a round, median of the rounds.", ""]
    for engine, found in results["engines"].items():
        small, large = (str(size) for size in results["sizes"])
        seeds = ", ".join(f"{int(size):,} in {seconds:,.0f} s" for size, seconds in found["seed_seconds"].items())
        lines += [f"**{engine}**, seeded: {seeds}.", "",
                  f"| what | {int(small):,} | {int(large):,} | ratio | kept |", "|---|--:|--:|--:|---|"]
        for case, sizes in found["p95_ms"].items():
            ratio, limits = sizes[large] / sizes[small], bound(case)
            kept = "" if limits is None else verdict(ratio <= limits[0] or sizes[large] <= limits[1])
            lines.append(f"| {case} | {sizes[small]:.1f} | {sizes[large]:.1f} | {ratio:.2f} | {kept} |")
        small, large = found["memory"].values()
        lines += ["", "| what | MiB sent | seconds | MiB before | MiB at the most | with few: MiB at the most |",
                  "|---|--:|--:|--:|--:|--:|"]
        for name, cost in large.items():
            lines.append(f"| {name} | {cost['mib']:,} | {cost['seconds']:,} | {cost['before_mib']} | {cost['peak_mib']} | "
                         f"{small[name]['peak_mib']} |")
        merged = found["merge"]
        lines += ["", f"{merged['requests']:,} requests of one client: imported by a job in "
                  f"{merged['import_seconds']:,.0f} s; merged into another record in {merged['merge_seconds']:.2f} s.", ""]
    return "\n".join(lines).rstrip()


def write(results):
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    readme = ROOT / "bench/README.md"
    text = readme.read_text()
    before, _, rest = text.partition("<!-- scale -->\n")
    _, _, after = rest.partition("<!-- end of scale -->")
    readme.write_text(f"{before}<!-- scale -->\n{table(results)}\n<!-- end of scale -->{after}")


def measure_engine(engine, options, folder, results):
    server = os.environ[f"MEDCERT_TEST_{engine.upper()}_URL"]
    places = [Place(engine, size, folder, server) for size in options.sizes]
    found = results["engines"][engine] = {"seed_seconds": {}, "p95_ms": {}}
    for place in places:
        found["seed_seconds"][str(place.size)] = place.seed()
        say(f"{engine}: {place.size:,} requests, seeded in {place.seed():.1f} s")
    with contextlib.ExitStack() as stack:
        asked = []
        for place in places:
            running = Server([MEDCERT, "serve"], place.environment, place.folder / "log", "/readyz")
            stack.callback(running.stop)
            asked.append(Asked(place, running))
        for case in asked[0].cases:
            rounds = {one.place.size: [] for one in asked}
            for number in range(options.rounds + 1):
                for one in asked:
                    times = one.round(case, options.calls)
                    # The first round warms up.
                    if number > 0:
                        rounds[one.place.size].append(p95(times))
            found["p95_ms"][case] = {str(size): round(statistics.median(p), 2) for size, p in rounds.items()}
            say(f"{engine} {case:34} " + "  ".join(f"{ms:8.1f}" for ms in found["p95_ms"][case].values()))
    found["memory"] = {str(place.size): memory(place) for place in places}
    found["merge"] = merge(places[-1], options.merged)


def main():
    parser = argparse.ArgumentParser(prog="bench/scale", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs=2, default=[10_000, 1_000_000], help="requests seeded")
    parser.add_argument("--engines", nargs="+", default=["postgres", "mysql", "mariadb"],
                        choices=["postgres", "mysql", "mariadb"])
    parser.add_argument("--calls", type=int, default=40, help="calls of a round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each measurement")
    parser.add_argument("--merged", type=int, default=10_000, help="requests of the client who is merged")
    parser.add_argument("--folder", type=Path, help="where to keep what was seeded, while the databases last")
    parser.add_argument("--dry", action="store_true", help="print the figures and write no file")
    options = parser.parse_args()
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    results = {"date": datetime.date.today().isoformat(), "machine": machine(), "commit": commit.stdout.strip(),
               "sizes": options.sizes, "calls": options.calls, "rounds": options.rounds, "engines": {}}
    with tempfile.TemporaryDirectory(prefix="medcert-scale.") as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        for engine in options.engines:
            measure_engine(engine, options, folder, results)
    print(table(results))
    if not options.dry:
        write(results)


if __name__ == "__main__":
    main()
