"""Payloads as Label Studio 1.23 sends them, and a backend with a client."""

from starlette.testclient import TestClient

from cutplane.app.label_studio import Access, Backend, Host, Images, Reader, Texts, application

CONFIG = """<View><Table name="row" value="$row"/>
<Choices name="kind" toName="row"><Choice value="right"/><Choice value="left"/></Choices>
<Number name="size" toName="row" min="0" max="10"/></View>"""


class Payloads:
    """What Label Studio sends about one project."""

    def __init__(self, number=1, config=CONFIG):
        self.number, self.config = number, config
        self.uid = f"{number}.1795709855"

    @property
    def project(self):
        created = "2026-11-26T16:17:35.999401Z"
        return {"id": self.number, "created_at": created, "label_config": self.config}

    def setup(self):
        reached = {"hostname": "http://localhost:8080", "access_token": "token"}
        return {"project": self.uid, "schema": self.config, "extra_params": None, **reached}

    def webhook(self, action, **what):
        return {"action": action, **what, "project": self.project}

    def predict(self, tasks):
        params = {"login": None, "password": None, "context": None}
        found = {"tasks": tasks, "project": self.uid, "label_config": self.config}
        return {**found, "params": params}

    @staticmethod
    def task(number, data, second=0, **more):
        return {"id": number, "data": data, "updated_at": moment(second), **more}

    @staticmethod
    def annotation(number, task, results=(), second=0, who=1, **more):
        found = {"id": number, "task": task, "completed_by": who, "was_cancelled": False}
        return {**found, "updated_at": moment(second), "result": list(results), **more}


def moment(second):
    return f"2026-11-26T16:18:{second:02}.25Z"


def choice(label, name="kind", to_name="row"):
    value = {"choices": [label]}
    return {"from_name": name, "to_name": to_name, "type": "choices", "value": value}


def number(value, name="size"):
    return {"from_name": name, "to_name": "row", "type": "number", "value": {"number": value}}


class Site:
    """A backend over a folder, and a client of it."""

    def __init__(self, folder, access=None, encode=None, images=None, **options):
        self.host = Host("http://localhost:8080")
        texts = Texts(encode or _no_encoder)
        reader = Reader(texts, images or Images(self.host))
        self.backend = Backend(folder, reader, self.host)
        app = application(self.backend, access or Access(), **options)
        self.client = TestClient(app, base_url="http://localhost:9090")

    def post(self, path, payload, status=200):
        reply = self.client.post(path, json=payload)
        assert reply.status_code == status, reply.text
        return reply.json()

    def learnt(self):
        assert self.backend.training.wait(60)
        return self

    def close(self):
        self.client.close()
        self.backend.close()


def _no_encoder():
    raise AssertionError("no text was expected")
