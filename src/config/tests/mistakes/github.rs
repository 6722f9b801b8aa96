//! Mistakes in the `[[github]]` that the minimal configuration ends with, and in a second one.

use super::Mistake;

pub(super) static MISTAKES: &[Mistake] = &[
    (
        "name = 3\n",
        "github[0].name (dora.toml, line 3): is the number 3; write a name: name = \"github\"",
    ),
    (
        "token = \"hunter2\"\n",
        "github[0].token (dora.toml, line 3): secrets never stand here; write token_env = \
             \"NAME_OF_A_VARIABLE\" or token_file",
    ),
    (
        "token_env = \"ghp_hunter2\"\n",
        "github[0].token_env (dora.toml, line 3): holds a token; write the name of the \
             environment variable that holds it, such as GITHUB_TOKEN, and replace the token, since \
             this file has shown it",
    ),
    (
        "token_env = \"GH_TOKEN\"\n",
        "github[0].token_env (dora.toml, line 3): the environment variable GH_TOKEN is not set; \
             set GH_TOKEN to a token that may read the repositories, or name another variable \
             (token_env) or a file (token_file)",
    ),
    (
        "app_id = 7\n",
        "github[0].app_id (dora.toml, line 3): needs the app's key: write private_key_file = \
             \"/run/secrets/github-app.pem\", a file that the app's settings at GitHub generate",
    ),
    (
        "api_url = \"https://github.com/\"\n",
        "github[0].api_url (dora.toml, line 3): `https://github.com/` is the web site; write \
             https://api.github.com, or https://HOST/api/v3 for Enterprise Server",
    ),
    (
        "organizations = [\"acme/api\"]\n",
        "github[0].organizations[0] (dora.toml, line 3): `acme/api` is no organisation; write \
             its login alone, or put it into repositories",
    ),
    (
        "exclude = [\"sandbox\"]\n",
        "github[0].exclude[0] (dora.toml, line 3): `sandbox` has no owner; write owner/sandbox",
    ),
    (
        "[[github]]\n",
        "github[1].name (dora.toml, line 3): `github` names another [[github]] already; write \
             another name\ngithub[1] (dora.toml, line 3): nothing to collect; write organizations \
             = [\"acme\"] or repositories = [\"acme/api\", \"acme/pay-*\"]",
    ),
];
