//! Execution: nodes of the answer, their place in it, and errors in GitHub's shape.

use super::args::Args;
use super::connection::Connection;
use super::types;
use crate::event::Permission;
use crate::faults::NodeFaults;
use crate::history::Histories;
use crate::limits::Window;
use crate::state::{
    Account, AccountKind, Deployment, Issue, PullRequest, Release, Repository, State, Tag, Team,
};
use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonValue;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;

/// What all resolvers of one request share.
pub(crate) struct Ctx<'s> {
    pub(crate) state: &'s State,
    pub(crate) now: i64,
    pub(crate) faults: &'s NodeFaults,
    pub(crate) histories: &'s Histories,
    /// The cost of this request, and the bucket after it was charged.
    pub(crate) cost: super::Cost,
    pub(crate) window: Window,
    pub(crate) viewer: &'s str,
    pub(crate) errors: RefCell<Vec<Value>>,
    /// Values that our schema's enums do not know, to be put in after execution.
    pub(crate) foreign: RefCell<Vec<(Vec<Value>, String)>>,
}

/// Why a field is null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: Option<String>,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn of(kind: &str, message: impl Into<String>) -> Failure {
        Failure { kind: Some(kind.to_owned()), message: message.into() }
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Failure {
        Failure::of("NOT_FOUND", message)
    }
}

/// A pull request or an issue: what numbers name.
#[derive(Clone, Copy)]
pub(crate) enum Owner<'s> {
    Pull(&'s PullRequest),
    Issue(&'s Issue),
}

/// An object of the answer.
#[derive(Clone)]
pub(crate) enum Node<'s> {
    Query,
    Repository(&'s Repository),
    Deployment(&'s Repository, &'s Deployment),
    Status(&'s Repository, &'s Deployment, usize),
    Thread(&'s Repository, Owner<'s>),
    PullCommit(&'s Repository, &'s PullRequest, u32),
    Review(&'s Repository, &'s PullRequest, usize),
    Comment(&'s Repository, Owner<'s>, usize),
    Timeline(&'s Repository, Owner<'s>, usize),
    Label(&'s Repository, &'s str),
    Commit(&'s Repository, u32),
    /// All statuses of a commit.
    CommitStatus(&'s Repository, u32),
    /// Who wrote a commit, and whether its author or committer is asked for.
    GitActor(&'s Repository, u32, bool),
    Ref(&'s Repository, &'s str),
    Comparison(&'s Repository, u32, u32),
    Release(&'s Repository, &'s Release),
    /// A ref that is a tag.
    TagRef(&'s Repository, &'s Tag),
    /// An annotated tag's own object.
    Tag(&'s Repository, &'s Tag),
    Account(Account),
    Team(&'s Team),
    /// A repository in a team's list, with what the team may do.
    Granted(&'s Repository, Permission),
    /// A folder, by its path.
    Tree(&'s Repository, String),
    /// A folder's entry by its path, and whether it is a folder.
    Entry(&'s Repository, String, bool),
    /// A file, by its path.
    Blob(&'s Repository, &'s str),
    /// A plain object: its type and its fields.
    Record(&'static str, Value),
    Topic(&'s str),
    Connection(String, Rc<Connection<'s>>),
    Edge(String, Rc<Connection<'s>>, usize),
}

impl<'s> Node<'s> {
    /// The repository that it is part of, where it can be found by itself.
    pub(crate) fn belongs_to(&self) -> Option<&'s Repository> {
        match self {
            Node::Repository(repo)
            | Node::Deployment(repo, _)
            | Node::Status(repo, ..)
            | Node::Thread(repo, _)
            | Node::Commit(repo, _)
            | Node::Release(repo, _)
            | Node::Granted(repo, _) => Some(repo),
            _ => None,
        }
    }

    fn type_name(&self) -> &str {
        match self {
            Node::Query => "Query",
            Node::Repository(_) | Node::Granted(..) => "Repository",
            Node::Team(_) => "Team",
            Node::Tree(..) => "Tree",
            Node::Entry(..) => "TreeEntry",
            Node::Blob(..) => "Blob",
            Node::Deployment(..) => "Deployment",
            Node::Status(..) => "DeploymentStatus",
            Node::Thread(_, Owner::Pull(_)) => "PullRequest",
            Node::Thread(_, Owner::Issue(_)) => "Issue",
            Node::PullCommit(..) => "PullRequestCommit",
            Node::Review(..) => "PullRequestReview",
            Node::Comment(..) => "IssueComment",
            Node::Timeline(_, owner, index) => types::timeline::type_name(*owner, *index),
            Node::Label(..) => "Label",
            Node::Commit(..) => "Commit",
            Node::CommitStatus(..) => "Status",
            Node::GitActor(..) => "GitActor",
            Node::Ref(..) | Node::TagRef(..) => "Ref",
            Node::Release(..) => "Release",
            Node::Tag(..) => "Tag",
            Node::Comparison(..) => "Comparison",
            Node::Account(account) => match account.kind {
                AccountKind::User => "User",
                AccountKind::Bot => "Bot",
                AccountKind::Organization => "Organization",
            },
            Node::Record(name, _) => name,
            Node::Topic(_) => "RepositoryTopic",
            Node::Connection(name, _) | Node::Edge(name, ..) => name,
        }
    }
}

/// What a field resolves to.
pub(crate) enum Out<'s> {
    Leaf(Value),
    Node(Option<Node<'s>>),
    List(Vec<Result<Node<'s>, Failure>>),
    Connection(Connection<'s>),
    Fail(Failure),
    /// A value that our schema's enum may not know.
    Enum(String),
}

impl<'s> Out<'s> {
    pub(crate) fn time(at: i64) -> Out<'s> {
        Out::Leaf(json!(super::args::show_time(at)))
    }

    pub(crate) fn maybe_time(at: Option<i64>) -> Out<'s> {
        at.map_or(Out::Leaf(Value::Null), Out::time)
    }

    pub(crate) fn node(node: Node<'s>) -> Out<'s> {
        Out::Node(Some(node))
    }

    /// A database id that GraphQL can only show while it fits 32 bits.
    pub(crate) fn int32(id: u64) -> Out<'s> {
        Out::Leaf(json!(i32::try_from(id).ok()))
    }

    pub(crate) fn unknown() -> Out<'s> {
        Out::Leaf(Value::Null)
    }
}

impl<'s, T: Into<Value>> From<T> for Out<'s> {
    fn from(value: T) -> Self {
        Out::Leaf(value.into())
    }
}

/// Where an object stands in the answer.
pub(crate) struct Place {
    key: Value,
    parent: Option<Rc<Place>>,
}

fn path_of(place: Option<&Rc<Place>>, last: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut path: Vec<Value> = last.into_iter().collect();
    path.reverse();
    let mut place = place;
    while let Some(here) = place {
        path.push(here.key.clone());
        place = here.parent.as_ref();
    }
    path.reverse();
    path
}

/// An object in its place.
pub(crate) struct At<'c, 's> {
    pub(crate) ctx: &'c Ctx<'s>,
    pub(crate) node: Node<'s>,
    pub(crate) place: Option<Rc<Place>>,
}

impl<'c, 's> At<'c, 's> {
    fn report(&self, info: &ResolveInfo<'_>, path: Vec<Value>, failure: &Failure) {
        let location = info.field_selections()[0].name.location();
        let location = location.and_then(|span| span.line_column(&info.document().sources));
        let locations: Vec<Value> =
            location.iter().map(|at| json!({"line": at.line, "column": at.column})).collect();
        let mut error = json!({"path": path, "locations": locations, "message": failure.message});
        if let Some(kind) = &failure.kind {
            error["type"] = json!(kind);
        }
        self.ctx.errors.borrow_mut().push(error);
    }

    fn resolve(&self, info: &ResolveInfo<'_>) -> Out<'s> {
        let field = info.field_name();
        if let Some(failure) =
            self.ctx.faults.on_field(self.node.type_name(), field, self.repository())
        {
            return Out::Fail(failure);
        }
        types::field(self.ctx, &self.node, info, Args(info.arguments()))
    }

    fn repository(&self) -> Option<&'s Repository> {
        match self.node {
            Node::Repository(repo) => Some(repo),
            _ => None,
        }
    }

    /// The node, unless a fault makes it unreadable.
    fn readable(&self, node: Node<'s>) -> Result<Node<'s>, Failure> {
        match self.ctx.faults.on_node(&node) {
            Some(failure) => Err(failure),
            None => Ok(node),
        }
    }

    fn child<'a>(&self, node: Node<'s>, place: Rc<Place>) -> ResolvedValue<'a>
    where
        'c: 'a,
    {
        ResolvedValue::object(At { ctx: self.ctx, node, place: Some(place) })
    }

    fn list<'a>(
        &self,
        info: &ResolveInfo<'_>,
        place: &Rc<Place>,
        items: Vec<Result<Node<'s>, Failure>>,
    ) -> ResolvedValue<'a>
    where
        'c: 'a,
    {
        let items = items.into_iter().enumerate().map(|(index, item)| {
            match item.and_then(|node| self.readable(node)) {
                Ok(node) => {
                    let place = Place { key: json!(index), parent: Some(place.clone()) };
                    self.child(node, Rc::new(place))
                }
                Err(failure) => {
                    let path = path_of(Some(place), [json!(index)]);
                    self.report(info, path, &failure);
                    ResolvedValue::null()
                }
            }
        });
        ResolvedValue::list(items.collect::<Vec<_>>())
    }
}

impl<'c, 's> ObjectValue for At<'c, 's> {
    fn type_name(&self) -> &str {
        self.node.type_name()
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let key = json!(info.field_selections()[0].response_key().as_str());
        let place = Rc::new(Place { key, parent: self.place.clone() });
        let failed = |failure: &Failure| {
            self.report(info, path_of(Some(&place), []), failure);
            ResolvedValue::null()
        };
        let resolved = match self.resolve(info) {
            Out::Leaf(value) => ResolvedValue::Leaf(JsonValue::from(value)),
            Out::Enum(value) => ResolvedValue::leaf(self.known_value(info, &place, value)),
            Out::Node(None) => ResolvedValue::null(),
            Out::Node(Some(node)) => match self.readable(node) {
                Ok(node) => self.child(node, place),
                Err(failure) => failed(&failure),
            },
            Out::List(items) => self.list(info, &place, items),
            Out::Connection(connection) => {
                let name = info.field_definition().ty.inner_named_type().to_string();
                self.child(Node::Connection(name, Rc::new(connection)), place)
            }
            Out::Fail(failure) => failed(&failure),
        };
        Ok(resolved)
    }
}

impl At<'_, '_> {
    /// The value, or one that the enum knows while the real one waits for the end of execution.
    fn known_value(&self, info: &ResolveInfo<'_>, place: &Rc<Place>, value: String) -> String {
        let name = info.field_definition().ty.inner_named_type();
        let known = info.schema().get_enum(name).map(|definition| &definition.values);
        match known.and_then(|values| values.keys().next()) {
            Some(first) if known.is_some_and(|values| !values.contains_key(value.as_str())) => {
                self.ctx.foreign.borrow_mut().push((path_of(Some(place), []), value));
                first.to_string()
            }
            _ => value,
        }
    }
}
