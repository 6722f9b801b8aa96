//! `Team` and the repositories that it has access to.

use super::{Call, null};
use crate::event::Permission;
use crate::graphql::connection::{Key, page};
use crate::graphql::exec::{Ctx, Node, Out};
use crate::id::{encode, name_hash};
use crate::state::{Account, AccountKind, Repository, Team};

/// `Organization.teams`.
pub(super) fn list<'s>(ctx: &Ctx<'s>, organization: &str, call: Call<'_>) -> Out<'s> {
    let only_roots = call.args.flag("rootTeamsOnly").unwrap_or(false);
    let teams = ctx.state.teams_of(organization);
    let teams = teams.filter(|team| !only_roots || team.parent.is_none());
    let items = teams.map(|team| (Key(0, team.slug.clone(), 0), team)).collect();
    page(call.args, call.bounds, false, items, Node::Team)
}

pub(super) fn id(team: &Team) -> String {
    encode("T", &[name_hash(&team.organization)], Some(&team.slug))
}

pub(super) fn field<'s>(ctx: &Ctx<'s>, team: &'s Team, call: Call<'_>) -> Out<'s> {
    match call.name {
        "id" => id(team).into(),
        "databaseId" => name_hash(&format!("{}/{}", team.organization, team.slug)).into(),
        "slug" | "name" => team.slug.clone().into(),
        "combinedSlug" => format!("{}/{}", team.organization, team.slug).into(),
        "privacy" => "VISIBLE".into(),
        "createdAt" | "updatedAt" => Out::time(team.created_at),
        "url" => {
            format!("https://github.com/orgs/{}/teams/{}", team.organization, team.slug).into()
        }
        "organization" => {
            Out::node(Node::Account(Account::new(&team.organization, AccountKind::Organization)))
        }
        "parentTeam" => Out::Node(ctx.state.parent_of(team).map(Node::Team)),
        "childTeams" => {
            let teams = ctx.state.teams_of(&team.organization);
            let children = teams.filter(|one| one.parent.as_deref() == Some(&team.slug));
            let items = children.map(|one| (Key(0, one.slug.clone(), 0), one)).collect();
            page(call.args, call.bounds, false, items, Node::Team)
        }
        "repositories" => {
            let given = ctx.state.repositories_of(team);
            let given = given.iter().filter_map(|(id, permission)| {
                Some((ctx.state.repositories.get(id)?, *permission))
            });
            let (order, descending) = call.args.order().unwrap_or(("NAME", false));
            let rank = |permission: Permission| {
                if order == "PERMISSION" { permission as i64 } else { 0 }
            };
            let key = |(repo, permission): &(&Repository, Permission)| {
                Key(rank(*permission), repo.name.clone(), repo.id)
            };
            let items = given.map(|one| (key(&one), one)).collect();
            page(call.args, call.bounds, descending, items, |(repo, permission)| {
                Node::Granted(repo, permission)
            })
        }
        _ => null(),
    }
}
