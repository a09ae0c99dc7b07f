"""The nodes of a cluster and what one tells another. Every node holds everything; the live node with the lowest id leads: it runs all statements
that change something, and sends the result to the others. A node that missed something takes a whole copy.

Not covered: ranges, leases and raft themselves, placement of replicas (single-replica clusters copy everything, too), and writers on both
sides of a partition beyond this: without a majority of the nodes, statements wait, as KWDB's do.
"""

import json
import os
import threading
import time

from . import external, labconf, pgwire
from .errors import SqlError
from .state import rel

# As long as KWDB takes a node for live after its last word.
LIVE_SECONDS = 9.0


class Cluster:
    """mode: start-single-node, start (replicated) or start-single-replica. context: for TLS to other nodes."""

    def __init__(self, state, mode, address, join=(), context=None, extern=None):
        self.state, self.mode, self.address, self.join, self.context = state, mode, address, list(join), context
        self.extern = extern or os.path.join(state.store, "extern")
        self.identity = os.path.join(state.store, "node.json")
        self.node_id = self.read_identity()
        self.started = time.time()
        # Of the other nodes: id -> when it last answered.
        self.seen = {}
        self.ready = threading.Event()
        self.stopping = threading.Event()
        state.ship = self.ship

    def read_identity(self):
        try:
            with open(self.identity, encoding="utf-8") as file:
                return json.load(file)["node_id"]
        except FileNotFoundError:
            return None

    def become(self, number):
        self.node_id = number
        with open(self.identity, "w", encoding="utf-8") as file:
            json.dump({"node_id": number}, file)

    # Starting -------------------------------------------------------------------------------------------------------

    def start(self):
        if self.mode == "start-single-node":
            if self.node_id is None:
                self.become(1)
            self.register(self.node_id)
            self.ready.set()
            return
        threading.Thread(target=self.enter, daemon=True).start()
        threading.Thread(target=self.beat_forever, daemon=True).start()

    def register(self, number):
        row = [number, self.address, self.started, self.mode, labconf.version(), 0]
        self.state.commit([rel("INSERT OR REPLACE INTO rel.nodes VALUES (?, ?, ?, ?, ?, ?)", row)])

    def enter(self):
        """Until this node has an id and all the others have; `kwbase init` or a member gives the id."""
        while not self.ready.is_set() and not self.stopping.is_set():
            try:
                self.try_join() if self.node_id is None else self.try_return()
            except (pgwire.ConnectionFailed, SqlError):
                pass
            self.stopping.wait(0.2)

    def init(self):
        if self.node_id is not None:
            raise SqlError("cluster has already been initialized")
        self.become(1)
        self.register(1)
        self.ready.set()

    def try_join(self):
        for address in [each for each in self.join if each != self.address]:
            answer = pgwire.rpc(address, {"do": "join", "address": self.address, "mode": self.mode}, self.context, 30)
            if "leader" in answer:
                answer = pgwire.rpc(answer["leader"], {"do": "join", "address": self.address, "mode": self.mode}, self.context, 30)
            if "id" in answer:
                self.state.take_over(answer["snapshot"])
                self.become(answer["id"])
                self.ready.set()
                return

    def try_return(self):
        """A member that comes back: everything from a member that serves, or, with a majority just started, from the one that knows most."""
        answers = self.beat()
        serving = [each for each in answers if each["ready"]]
        best = max(serving or answers, key=lambda each: (each["seq"], -each["id"]), default=None)
        if serving or (len(answers) + 1 >= self.majority() and (best["seq"], -best["id"]) > (self.state.seq_now, -self.node_id) if best else False):
            self.pull(best)
        elif len(answers) + 1 < self.majority():
            return
        self.ready.set()
        request = {"do": "back", "id": self.node_id, "address": self.address, "started": self.started}
        if self.leads():
            self.back(request)
        else:
            pgwire.rpc(self.address_of(self.leader()), request, self.context)

    def back(self, request):
        sql = "UPDATE rel.nodes SET address = ?, started = ? WHERE id = ?"
        self.state.commit([rel(sql, [request["address"], request["started"], request["id"]])])
        return {}

    def pull(self, member):
        with self.state.lock:
            before = self.state.gossips
        self.state.take_over(pgwire.rpc(member["address"], {"do": "snapshot"}, self.context, 60))
        # Gossip is late where a node was slow, and never lost: what a running node missed reaches its engine with the copy. One that boots stays at 2.
        if self.ready.is_set() and self.state.gossips > before:
            with self.state.lock:
                self.state.gossip()

    # Membership -----------------------------------------------------------------------------------------------------

    def members(self):
        return self.state.members_now

    def live(self, number):
        return number == self.node_id or time.time() - self.seen.get(number, 0) < LIVE_SECONDS

    def nodes(self):
        keys = ("id", "address", "started", "mode", "build", "decommissioning")
        return [{**dict(zip(keys, row)), "live": self.live(row[0])} for row in self.members()]

    def knows(self, number):
        return any(row[0] == number for row in self.members())

    def address_of(self, number):
        return next(row[1] for row in self.members() if row[0] == number)

    def majority(self):
        return len(self.members()) // 2 + 1

    def leader(self):
        return min(row[0] for row in self.members() if self.live(row[0]))

    def is_leader(self):
        return self.mode == "start-single-node" or self.leader() == self.node_id

    def leads(self):
        self.wait_for_majority()
        return self.is_leader()

    def wait_for_majority(self):
        while sum(1 for row in self.members() if self.live(row[0])) < self.majority():
            if self.stopping.wait(0.1):
                raise SqlError("server is shutting down", "57P01")

    def underreplicated(self):
        return sum(1 for row in self.members() if not self.live(row[0])) if self.mode == "start" else 0

    # Talking --------------------------------------------------------------------------------------------------------

    def beat_forever(self):
        while not self.stopping.wait(0.5):
            if self.node_id is None:
                continue
            answers = self.beat()
            ahead = [each for each in answers if each["ready"] and each["seq"] > self.state.seq_now and each["id"] == self.leader()]
            if self.ready.is_set() and ahead:
                try:
                    self.pull(ahead[0])
                except pgwire.ConnectionFailed:
                    pass

    def beat(self):
        answers = []
        for number, address, *_ in self.members():
            if number == self.node_id:
                continue
            try:
                answer = pgwire.rpc(address, {"do": "beat", "id": self.node_id}, self.context, 2)
                self.seen[number] = time.time()
                answers.append({**answer, "address": address})
            except (pgwire.ConnectionFailed, SqlError):
                continue
        return answers

    def ship(self, seq, operations):
        """To every live member; one that does not take it is found behind at the next beat and takes a copy."""
        for number, address, *_ in self.members():
            if number == self.node_id or not self.live(number):
                continue
            try:
                pgwire.rpc(address, {"do": "apply", "seq": seq, "operations": operations}, self.context, 30)
            except (pgwire.ConnectionFailed, SqlError):
                self.seen.pop(number, None)

    def forward(self, sql, session):
        from .session import Result

        request = {"do": "execute", "sql": sql, "database": session.current, "user": session.user, "transaction": session.in_transaction}
        answer = pgwire.rpc(self.address_of(self.leader()), request, self.context, 600)
        result = Result(answer["tag"], answer["columns"], answer["rows"])
        result.notices = answer["notices"]
        return result

    def blob(self, node, request):
        if node == self.node_id:
            answer = external.handle(self.extern, request)
        else:
            try:
                answer = pgwire.rpc(self.address_of(node), {"do": "blob", "request": request}, self.context, 60)
            except pgwire.ConnectionFailed:
                raise SqlError("failed to create blob client: connecting to node %d: failed to connect to n%d" % (node, node)) from None
        if "error" in answer:
            raise SqlError(answer["error"])
        return answer

    # Being asked ----------------------------------------------------------------------------------------------------

    def handle(self, request):
        act = {"beat": self.on_beat, "join": self.on_join, "snapshot": self.on_snapshot, "apply": self.on_apply, "execute": self.on_execute}.get(request["do"])
        if act is not None:
            return act(request)
        if request["do"] == "blob":
            return external.handle(self.extern, request["request"])
        if request["do"] == "back":
            return self.back(request)
        if request["do"] == "init":
            self.init()
            return {}
        if request["do"] == "status":
            return {"nodes": self.nodes(), "ready": self.ready.is_set()}
        if request["do"] == "decommission":
            self.state.commit([rel("UPDATE rel.nodes SET decommissioning = ? WHERE id = ?", [int(request["on"]), number]) for number in request["ids"]])
            return {"nodes": self.nodes()}
        raise SqlError("unknown request %s" % request["do"])

    def on_beat(self, request):
        if request["id"] is not None:
            self.seen[request["id"]] = time.time()
        return {"id": self.node_id, "seq": self.state.seq_now, "ready": self.ready.is_set()}

    def on_join(self, request):
        if not self.ready.is_set():
            return {}
        if not self.leads():
            return {"leader": self.address_of(self.leader())}
        with self.state.lock:
            known = [row[0] for row in self.members() if row[1] == request["address"]]
            number = known[0] if known else max(row[0] for row in self.members()) + 1
            row = [number, request["address"], time.time(), request["mode"], labconf.version(), 0]
            self.state.commit([rel("INSERT OR REPLACE INTO rel.nodes VALUES (?, ?, ?, ?, ?, ?)", row)])
            self.seen[number] = time.time()
            return {"id": number, "snapshot": self.state.snapshot()}

    def on_snapshot(self, request):
        return self.state.snapshot()

    def on_apply(self, request):
        with self.state.lock:
            if request["seq"] != self.state.seq + 1:
                raise SqlError("this node is at %d and cannot take %d" % (self.state.seq, request["seq"]))
            self.state.apply(request["operations"])
        return {}

    def on_execute(self, request):
        from .session import Session

        session = Session(self.state, self, request["database"], request["user"])
        session.in_transaction = request["transaction"]
        with self.state.lock:
            result = session.run(request["sql"])
        return {"tag": result.tag, "columns": result.columns, "rows": result.rows, "notices": session.notices}
