"""Users, groups, tokens and profile as programs made for the management center for Mosquitto 2.8 use them.

Written from the description of its REST API alone, and run against a fresh haltere:

    .tools/bin/python scripts/mmc_compatibility.py HALTERE
"""

import datetime
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import requests

PASSWORD = "correct-horse-" + secrets.token_hex(8)
ROLES = ["admin", "editor", "viewer", "connectionManager", "monitoringViewer"]
URL = ""


def session(username="admin", password=PASSWORD):
    """A program that has logged in."""
    client = requests.Session()
    response = client.post(f"{URL}/auth?json=1", data={"username": username, "password": password}, timeout=30)
    assert response.status_code == 200, response.text
    assert response.json() == {"code": "SUCCESS", "message": "Authorized", "successful": True}
    return client


def names(users):
    return sorted(user["username"] for user in users)


def in_hours(hours):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Case(unittest.TestCase):
    """Logs in as an administrator, and removes what earlier tests have left."""

    maxDiff = None

    def setUp(self):
        self.admin = session()
        for user in names(self.get("user-management/users")):
            if user != "admin":
                self.call("DELETE", f"user-management/users/{user}")
        for group in self.get("user-management/groups"):
            self.call("DELETE", f"user-management/groups/{group}")
        for token in self.get("tokens"):
            self.call("DELETE", f"tokens/{token['hash']}")
        for connection in self.get("connections"):
            self.call("DELETE", f"connections/{connection['id']}")

    def call(self, method, path, body=None, status=200, client=None, **options):
        response = (client or self.admin).request(method, f"{URL}/api/{path}", json=body, timeout=30, **options)
        self.assertEqual(response.status_code, status, f"{method} {path}: {response.text}")
        return response.json()

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def refused(self, method, path, body, status, code, message, client=None):
        refusal = self.call(method, path, body, status, client)
        self.assertEqual((refusal["code"], refusal["message"]), (code, message))

    def add_user(self, username, *roles):
        return self.call("POST", "user-management/users", {"username": username, "password": PASSWORD, "roles": list(roles)})

    def add_connection(self, connection_id):
        body = {"id": connection_id, "name": connection_id.title(), "url": "mqtt://127.0.0.1:1"}
        # The broker does not answer, which is no reason not to keep it.
        return self.call("POST", "connections", body, status=202)


class Users(Case):
    def test_roles(self):
        self.assertEqual(self.get("user-management/roles"), ROLES)

    def test_a_user_is_created_read_changed_and_deleted(self):
        all_users = self.add_user("bob", "viewer")
        self.assertEqual(names(all_users), ["admin", "bob"])
        self.assertEqual(names(self.get("user-management/users")), ["admin", "bob"])
        bob = self.get("user-management/users/bob")
        self.assertEqual((bob["username"], bob["roles"]), ("bob", ["viewer"]))
        self.assertNotIn("password", bob)
        self.assertNotIn(PASSWORD, str(all_users))

        changed = self.call("PUT", "user-management/users/bob", {"roles": ["editor", "connectionManager"]})
        self.assertEqual({user["username"]: user["roles"] for user in changed}["bob"], ["editor", "connectionManager"])
        session("bob")
        self.call("PUT", "user-management/users/bob", {"password": "another-" + PASSWORD})
        session("bob", "another-" + PASSWORD)

        self.assertEqual(names(self.call("DELETE", "user-management/users/bob")), ["admin"])

    def test_refusals(self):
        self.add_user("bob", "viewer")
        users = "user-management/users"
        again = {"username": "bob", "password": PASSWORD, "roles": ["viewer"]}
        self.refused("POST", users, again, 409, "CONFLICT", "User already exists")
        without_roles = {"username": "ann", "password": PASSWORD, "roles": []}
        self.refused("POST", users, without_roles, 400, "INVALID", "User must have at least one role")
        self.refused("POST", users, {"username": "ann"}, 400, "INVALID", "User object invalid")
        self.refused("PUT", f"{users}/bob", {"roles": []}, 400, "INVALID", "User must have at least one role")
        for method, body in [("GET", None), ("PUT", {"roles": ["viewer"]}), ("DELETE", None)]:
            self.refused(method, f"{users}/nobody", body, 410, "GONE", "User does not exist")
        self.assertEqual(names(self.get(users)), ["admin", "bob"])

    def test_only_administrators_may(self):
        for role in ROLES[1:]:
            self.add_user("bob", role)
            bob = session("bob")
            for path in ["roles", "users", "users/bob", "groups"]:
                self.refused("GET", f"user-management/{path}", None, 403, "NOT_ALLOWED", "Not allowed", bob)
            self.call("DELETE", "user-management/users/bob")
        anonymous = requests.Session()
        refusal = self.call("GET", "user-management/users", None, 401, anonymous)
        self.assertEqual((refusal["code"], refusal["message"]), ("UNAUTHORIZED", "Unauthorized"))
        self.assertIs(refusal["data"]["session"], False)


class Groups(Case):
    def test_a_group_is_created_read_changed_and_deleted(self):
        self.add_user("bob", "viewer")
        self.add_connection("press")
        group = {"name": "night", "description": "Night shift", "role": "editor", "users": ["bob"], "connections": ["press"]}
        groups = self.call("POST", "user-management/groups", group)
        self.assertEqual(list(groups), ["night"])
        one = self.get("user-management/groups/night")
        self.assertEqual(one, groups["night"])
        for field in ["name", "description", "role", "connections"]:
            self.assertEqual(one[field], group[field])
        self.assertEqual(self.get("user-management/groups"), groups)

        changed = self.call("PUT", "user-management/groups/night", {"role": "viewer"})
        self.assertEqual((changed["night"]["role"], changed["night"]["connections"]), ("viewer", ["press"]))
        self.assertEqual(self.call("DELETE", "user-management/groups/night"), {})

    def test_refusals(self):
        groups = "user-management/groups"
        self.call("POST", groups, {"name": "night", "role": "viewer"})
        self.refused("POST", groups, {"name": "night", "role": "viewer"}, 409, "CONFLICT", "Group already exists")
        self.refused("POST", groups, {"name": "day"}, 400, "INVALID", "Group object invalid")
        for method, body in [("GET", None), ("PUT", {"role": "viewer"}), ("DELETE", None)]:
            self.refused(method, f"{groups}/day", body, 410, "GONE", "User group does not exist")

    def test_members_see_the_connections_of_their_groups(self):
        self.add_user("bob", "viewer")
        for connection_id in ["press", "furnace", "saw"]:
            self.add_connection(connection_id)
        bob = session("bob")
        self.assertEqual(len(self.get("connections", client=bob)), 3)
        # A group without connections imposes nothing.
        self.call("POST", "user-management/groups", {"name": "idle", "role": "viewer", "users": ["bob"]})
        self.assertEqual(len(self.get("connections", client=bob)), 3)
        for name, role in [("watch", "viewer"), ("manage", "admin")]:
            body = {"name": name, "role": role, "users": ["bob"], "connections": ["press"]}
            self.call("POST", "user-management/groups", body)
        self.assertEqual([it["id"] for it in self.get("connections", client=bob)], ["press"])

        profile = self.get("profile", client=bob)
        # The highest role of several groups wins.
        shown = [(it["id"], it["name"], it["role"], it["isAdmin"]) for it in profile["connections"]]
        self.assertEqual(shown, [("press", "Press", "admin", True)])
        self.assertEqual({group["name"] for group in profile["groups"]}, {"idle", "watch", "manage"})
        for group in profile["groups"]:
            self.assertEqual(group["addedBy"], {"username": "admin"})

    def test_own_groups_of_an_administrator(self):
        self.call("POST", "user-management/groups", {"name": "staff", "role": "viewer", "users": ["admin"]})
        own = self.get("user-management/groups/user/admin")
        self.assertEqual(own, {"groups": [{"name": "staff", "addedBy": {"username": "admin"}}]})
        self.add_user("bob", "admin")
        message = "Invalid. userName doesn't match the issuing user"
        self.refused("GET", "user-management/groups/user/bob", None, 400, "INVALID", message)


class Tokens(Case):
    def test_a_token_is_created_used_and_deleted(self):
        created = self.call("POST", "tokens", {"name": "ci", "validUntil": in_hours(24), "role": "connectionManager"})
        self.assertRegex(created["hash"], re.compile("^[0-9a-f]{64}$"))
        self.assertEqual((created["name"], created["role"]), ("ci", "connectionManager"))
        self.assertEqual((created["requestedBy"], created["lastUsed"]), ("admin", None))
        for field in ["issueDate", "validUntil"]:
            datetime.datetime.fromisoformat(created[field])

        bearer = {"Authorization": f"Bearer {created['token']}"}
        program = requests.Session()
        self.assertEqual(self.get("connections", client=program, headers=bearer), [])
        self.refused_with(program, bearer, "user-management/users")

        shown = self.get(f"tokens/{created['hash']}")
        self.assertNotIn("token", shown)
        datetime.datetime.fromisoformat(shown["lastUsed"])
        self.assertEqual(self.get("tokens"), [shown])
        # An unknown hash is no error.
        self.assertEqual(self.call("DELETE", f"tokens/{'0' * 64}"), [shown])
        self.assertEqual(self.call("DELETE", f"tokens/{created['hash']}"), [])
        gone = self.get("connections", status=401, client=program, headers=bearer)
        self.assertEqual(gone["code"], "UNAUTHORIZED")

    def refused_with(self, program, bearer, path):
        refusal = self.get(path, status=403, client=program, headers=bearer)
        self.assertEqual((refusal["code"], refusal["message"]), ("NOT_ALLOWED", "Not allowed"))

    def test_names_are_unique_and_short(self):
        body = {"name": "x" * 40, "validUntil": in_hours(1), "role": "viewer"}
        self.assertEqual(self.call("POST", "tokens", body)["name"], "x" * 30)
        self.refused("POST", "tokens", body, 409, "INVALID", "Token with this name already exists")

    def test_each_role_can_be_given(self):
        for role in ROLES:
            created = self.call("POST", "tokens", {"name": role, "validUntil": in_hours(1), "role": role})
            self.assertEqual(created["role"], role)


class Profile(Case):
    def test_everyone_reads_the_own_profile(self):
        for role in ROLES:
            self.add_user("bob", role)
            profile = self.get("profile", client=session("bob"))
            self.assertEqual((profile["username"], profile["roles"]), ("bob", [role]))
            self.assertNotIn("password", profile)
            self.assertEqual(profile["isAdmin"], role == "admin")
            self.assertEqual(profile["isEditor"], role == "editor")
            self.assertEqual(profile["isViewer"], role == "viewer")
            self.call("DELETE", "user-management/users/bob")

    def test_everyone_changes_the_own_profile(self):
        self.add_user("bob", "viewer")
        bob = session("bob")
        old = PASSWORD
        for number, path in enumerate(["profile/bob", "profile"]):
            new = f"new-{number}-{PASSWORD}"
            # As the management center's own pages send it: the whole user, with what is new.
            # haltere wants the old password in addition.
            body = {**self.get("profile", client=bob), "password": new, "oldPassword": old}
            updated = self.call("PUT", path, body, client=bob)
            self.assertEqual((updated["username"], updated["roles"]), ("bob", ["viewer"]))
            self.assertNotIn("password", updated)
            bob, old = session("bob", new), new
        passwords = {"password": "newest-" + PASSWORD, "oldPassword": old}
        for roles, message in [
            ([], "User must have at least one role"),
            (["admin"], "roles: must be one's own; an administrator changes them"),
        ]:
            self.refused("PUT", "profile/bob", {**passwords, "roles": roles}, 400, "INVALID", message, bob)
        self.assertEqual(self.get("profile", client=bob)["roles"], ["viewer"])


def start(haltere, folder):
    """A fresh haltere; the process and its URL."""
    environment = {**os.environ, "HALTERE_ADMIN_PASSWORD": PASSWORD}
    arguments = [haltere, "serve", "--listen", "127.0.0.1:0", "--data-dir", str(folder / "data")]
    log = (folder / "log").open("w+")
    server = subprocess.Popen(arguments, env=environment, stdout=log, stderr=subprocess.STDOUT)
    for _ in range(600):
        if found := re.search("^haltere is listening on (.*)$", (folder / "log").read_text(), re.MULTILINE):
            return server, found[1]
        if server.poll() is not None:
            break
        time.sleep(0.1)
    server.kill()
    sys.exit((folder / "log").read_text())


def main():
    global URL
    haltere = str(Path(sys.argv.pop(1)).resolve())
    with tempfile.TemporaryDirectory() as folder:
        server, URL = start(haltere, Path(folder))
        try:
            outcome = unittest.main(exit=False, verbosity=1).result
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()
    sys.exit(not outcome.wasSuccessful())


if __name__ == "__main__":
    main()
