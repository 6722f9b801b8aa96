//! Tables with a row for each team or component, and a column for each query.

use crate::panel::{Panel, unit};
use serde_json::{Map, Value, json};

/// Pixels for a name in a table of many columns.
const KEY_WIDTH: u32 = 150;

/// A column: its title, its query, and how its cells are drawn.
#[derive(Debug)]
pub struct Column {
    title: &'static str,
    expr: String,
    properties: Vec<(&'static str, Value)>,
}

/// A column of numbers.
pub fn column(title: &'static str, expr: String, unit: &str) -> Column {
    Column { title, expr, properties: vec![("unit", json!(unit))] }
}

impl Column {
    /// The cells' text bears the colours of bounds.
    pub fn colored(mut self, bounds: &[(&str, Option<f64>)]) -> Column {
        let steps: Vec<Value> =
            bounds.iter().map(|(color, value)| json!({ "color": color, "value": value })).collect();
        self.properties.push(("thresholds", json!({ "mode": "absolute", "steps": steps })));
        self.properties.push(("custom.cellOptions", json!({ "type": "color-text" })));
        self
    }

    /// Numbers are shown by names.
    pub fn named(mut self, mappings: Value) -> Column {
        self.properties.push(("mappings", mappings));
        self
    }

    /// So many decimals.
    pub fn decimals(mut self, decimals: u8) -> Column {
        self.properties.push(("decimals", json!(decimals)));
        self
    }

    /// So many pixels wide.
    pub fn wide(mut self, pixels: u32) -> Column {
        self.properties.push(("custom.width", json!(pixels)));
        self
    }
}

/// What the rows are about: labels with the titles of their columns.
pub type Keys = &'static [(&'static str, &'static str)];

impl Panel {
    /// Merges the columns into rows. `empty` is said where there is no row; a cell without a value
    /// shows a dash.
    pub fn columns(self, keys: Keys, columns: Vec<Column>, empty: &str) -> Panel {
        let mut panel = self.empty(empty);
        let (mut order, mut names) = (Map::new(), Map::new());
        for (label, title) in keys {
            order.insert((*label).to_owned(), json!(order.len()));
            names.insert((*label).to_owned(), json!(title));
        }
        let single = columns.len() == 1;
        for column in &columns {
            let field =
                if single { "Value".to_owned() } else { format!("Value #{}", panel.next_ref()) };
            order.insert(field.clone(), json!(order.len()));
            names.insert(field, json!(column.title));
            panel = panel.ask_rows(&column.expr);
        }
        panel = panel.transform("merge", &json!({})).transform(
            "organize",
            &json!({
                "excludeByName": { "Time": true },
                "indexByName": order,
                "renameByName": names,
            }),
        );
        // Where every column has its width, the names take what is left.
        let is_fixed =
            |one: &Column| one.properties.iter().any(|(name, _)| *name == "custom.width");
        if columns.len() > 1 && !columns.iter().all(is_fixed) {
            for (_, title) in keys {
                panel = panel.series(title, &[("custom.width", json!(KEY_WIDTH))]);
            }
        }
        panel = panel.matching("byType", "number", &[("noValue", json!("–"))]);
        for column in &columns {
            panel = panel.series(column.title, &column.properties);
        }
        panel
    }

    /// Rows by a column, the last first.
    pub fn newest_first(self, column: &str) -> Panel {
        self.transform("sortBy", &json!({ "sort": [{ "field": column, "desc": true }] }))
    }

    /// A cell of a column leads elsewhere: to each address by its title.
    pub fn linked(self, column: &str, to: &[(&str, &str)]) -> Panel {
        let link = |(title, url): &(&str, &str)| json!({ "title": title, "url": url, "targetBlank": false });
        let links: Vec<Value> = to.iter().map(link).collect();
        self.series(column, &[("links", json!(links))])
    }
}

/// How much a figure differs from an earlier one, as a share of that.
pub fn change(now: &str, before: &str) -> String {
    format!("{now} / {before} - 1")
}

/// A column of how much a figure differs from an earlier one.
pub fn change_column(title: &'static str, now: &str, before: &str) -> Column {
    column(title, change(now, before), unit::SHARE).decimals(0)
}
