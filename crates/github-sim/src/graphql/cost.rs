//! What a query costs by GitHub's formula, from the validated document alone.
//!
//! Points are the number of times connections are fetched, divided by 100. Nodes are the most that
//! those connections can return.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::Value;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::executable::{Field, Operation, Selection};
use apollo_compiler::response::{JsonMap, JsonValue};

/// The cost of one query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// How many times connections are fetched.
    pub fetches: u64,
    /// The most nodes that can come back.
    pub nodes: u64,
}

impl Cost {
    /// Points against the primary limit.
    pub fn points(self) -> u64 {
        ((self.fetches + 50) / 100).max(1)
    }
}

/// Computes the cost of an operation with its coerced variables.
pub(crate) fn of(
    document: &ExecutableDocument,
    operation: &Operation,
    variables: &JsonMap,
) -> Cost {
    let mut walk = Walk { document, variables, cost: Cost::default() };
    walk.object(&[&operation.selection_set.selections], 1);
    walk.cost
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    variables: &'a JsonMap,
    cost: Cost,
}

/// The selections of one field of the answer, which several fragments may make together.
type Fields<'a> = IndexMap<(&'a str, usize), Vec<&'a Field>>;

impl<'a> Walk<'a> {
    /// Walks the fields of objects that come `times` times.
    fn object(&mut self, parts: &[&'a [Selection]], times: u64) {
        let mut fields = Fields::default();
        parts.iter().for_each(|part| self.collect(part, &mut fields));
        for selected in fields.values() {
            self.field(selected, times);
        }
    }

    fn collect(&self, selections: &'a [Selection], fields: &mut Fields<'a>) {
        for selection in selections.iter().filter(|selection| self.included(selection)) {
            match selection {
                Selection::Field(field) => {
                    // One key may be different fields of different types in a union.
                    let definition = std::ptr::from_ref(&*field.definition) as usize;
                    let key = (field.response_key().as_str(), definition);
                    fields.entry(key).or_default().push(field);
                }
                Selection::InlineFragment(inline) => {
                    self.collect(&inline.selection_set.selections, fields);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name) {
                        self.collect(&fragment.selection_set.selections, fields);
                    }
                }
            }
        }
    }

    fn field(&mut self, selected: &[&'a Field], times: u64) {
        let Some(field) = selected.first() else { return };
        let mut inner = times;
        if field.definition.ty.inner_named_type().ends_with("Connection") {
            let size = self.number(field, "first").or_else(|| self.number(field, "last"));
            inner = times.saturating_mul(size.unwrap_or(0));
            self.cost.fetches = self.cost.fetches.saturating_add(times);
            self.cost.nodes = self.cost.nodes.saturating_add(inner);
        } else if let Some(ids) = self.list_length(field, "ids") {
            // The ids of `nodes` multiply what is below them, as a page's size does.
            inner = times.saturating_mul(ids);
        }
        let parts = selected.iter().map(|field| field.selection_set.selections.as_slice());
        self.object(&parts.collect::<Vec<_>>(), inner);
    }

    fn number(&self, field: &Field, name: &str) -> Option<u64> {
        match &**field.specified_argument_by_name(name)? {
            Value::Int(int) => int.try_to_i32().ok().and_then(|int| u64::try_from(int).ok()),
            Value::Variable(name) => self.variables.get(name.as_str())?.as_u64(),
            _ => None,
        }
    }

    fn list_length(&self, field: &Field, name: &str) -> Option<u64> {
        let length = match &**field.specified_argument_by_name(name)? {
            Value::List(items) => items.len(),
            Value::Variable(name) => match self.variables.get(name.as_str())? {
                JsonValue::Array(items) => items.len(),
                _ => 1,
            },
            _ => 1,
        };
        Some(length as u64)
    }

    fn included(&self, selection: &Selection) -> bool {
        let condition = |directive: &str| {
            let directive = selection.directives().get(directive)?;
            match directive.specified_argument_by_name("if")?.as_ref() {
                Value::Boolean(value) => Some(*value),
                Value::Variable(name) => self.variables.get(name.as_str())?.as_bool(),
                _ => None,
            }
        };
        condition("include").unwrap_or(true) && !condition("skip").unwrap_or(false)
    }
}
