//! Mistakes about whose things are: ownership, the catalog, components.

use super::Mistake;

pub(super) static MISTAKES: &[Mistake] = &[
    (
        "[ownership]\norder = [\"rules\", \"owners\"]\n",
        "ownership.order[1] (dora.toml, line 4): `owners` is unknown; write one of `rules`, \
             `catalog`, `custom_property`, `github_team`, `codeowners`, `topic`",
    ),
    (
        "[catalog]\ntoken_env = \"BACKSTAGE_TOKEN\"\n",
        "catalog.token_env (dora.toml, line 4): the environment variable BACKSTAGE_TOKEN is not \
             set; set BACKSTAGE_TOKEN to a token that may read the catalog, or name another \
             variable (token_env) or a file (token_file)\n\
             catalog (dora.toml, line 3): has no url; write url = \"https://backstage.example.org\"",
    ),
    (
        "[catalog]\nurl = \"backstage\"\n",
        "catalog.url (dora.toml, line 4): is no URL of a server; write one such as \
             https://backstage.example.org, and the token by token_env",
    ),
    (
        "[ownership]\norder = [\"topic\", \"topic\"]\n",
        "ownership.order[1] (dora.toml, line 4): is written twice; remove one",
    ),
    (
        "[ownership]\ntopic_prefix = \" \"\n",
        "ownership.topic_prefix (dora.toml, line 4): is empty; take the source out of `order` \
             where it is not used",
    ),
    (
        "[ownership]\nrefresh_interval = \"5s\"\n",
        "ownership.refresh_interval (dora.toml, line 4): `5s` is too short; write at least 1m",
    ),
    (
        "[[ownership.rules]]\nteam = \"payments\"\n",
        "ownership.rules[0].repositories (dora.toml, line 3): is missing; write for example \
             repositories = [\"acme/pay-*\"]",
    ),
    (
        "[[ownership.rules]]\nrepositories = [\"acme/*\"]\nteam = \" \"\n",
        "ownership.rules[0].team (dora.toml, line 5): is empty; write the team's name, such as \
             payments",
    ),
    (
        "[[ownership.rules]]\nrepositories = [\"pay-*\"]\nteam = \"payments\"\n",
        "ownership.rules[0].repositories[0] (dora.toml, line 4): `pay-*` has no owner; write \
             owner/pay-*",
    ),
    (
        "[[components]]\nrepo = \"acme/*\"\nname = \"api\"\n",
        "components[0].repo (dora.toml, line 4): `acme/*` is a glob; write one repository as \
             owner/name",
    ),
    (
        "[[components]]\nrepo = \"acme/api\"\nname = \" \"\n",
        "components[0].name (dora.toml, line 5): is empty; write the component's name, such as api",
    ),
    (
        "[[components]]\nrepo = \"acme/api\"\nname = \"a\"\npaths = [\"a\", \"[b\"]\n",
        "components[0].paths[1] (dora.toml, line 6): `[b` is no glob (unclosed character class; \
             missing ']'); close the `[` with `]`, or write `[[]` for the character",
    ),
    (
        "[[components]]\nrepo = \"acme/api\"\nname = \"*\"\n",
        "components[0].name (dora.toml, line 5): `*` holds a `*`; write one component's name, such \
             as api",
    ),
    (
        "[[components]]\nrepo = \"acme/api\"\nname = \"a\"\npaths = [\"/\"]\n",
        "components[0].paths[0] (dora.toml, line 6): `/` names no path; write `**` for every path",
    ),
    (
        "[[components]]\nrepo = \"acme/api\"\nname = \"a\"\ndeployments = \"production-a\"\n",
        "components[0].deployments (dora.toml, line 6): is a text; write for example { environment \
             = \"*-api\" }",
    ),
    (
        "[[components]]\nrepo = \"acme/api\"\nname = \"a\"\ndeployments = { env = \"a\" }\n",
        "components[0].deployments.env (dora.toml, line 6): no such key; there are environment, \
             task and payload",
    ),
    (
        "[[components]]\nrepo = \"acme/api\"\nname = \"a\"\ndeployments = { payload = { x = [] } \
         }\n",
        "components[0].deployments.payload.x (dora.toml, line 6): is a list; write a text of 1 to \
             200 bytes",
    ),
    (
        "[[components]]\nrepo = \"acme/api\"\nname = \"a\"\n\
         [[components]]\nrepo = \"acme/API\"\nname = \"b\"\ndeployments = { task = \"b\" }\n",
        "components[0].deployments (dora.toml, line 3): `a` selects every deployment, though \
             acme/api has other components; write for example deployments = { environment = \
             \"*-a\" }",
    ),
    (
        "[[components]]\nrepo = \"acme/api\"\nname = \"a\"\ndeployments = { task = \"a\" }\n\
         [[components]]\nrepo = \"acme/api\"\nname = \"A\"\ndeployments = { task = \"b\" }\n",
        "components[1].name (dora.toml, line 9): `A` names another component of it; write another \
             name",
    ),
    (
        "[[components]]\nrepo = \"acme/api\"\nname = \"a\"\ndeployments = { task = \"x\" }\n\
         [[components]]\nrepo = \"acme/api\"\nname = \"b\"\ndeployments = { task = \"x\" }\n",
        "components[1].deployments (dora.toml, line 10): selects the same deployments as `a`, which \
             would take them all; write what tells them apart",
    ),
];
