//! A panel: what it asks, and how it is drawn.

use crate::variable::source;
use serde_json::{Value, json};

/// What is drawn where nobody says more: the step of graphs of windows, which are rolling.
pub const DAY: &str = "1d";

/// A panel under construction.
#[derive(Clone, Debug)]
pub struct Panel {
    kind: &'static str,
    title: String,
    about: String,
    /// Columns and rows of the grid.
    pub size: (u64, u64),
    defaults: Value,
    overrides: Vec<Value>,
    options: Value,
    targets: Vec<Value>,
    transformations: Vec<Value>,
    interval: Option<&'static str>,
}

/// Grafana's units, as the panels use them.
pub mod unit {
    /// A number that has none.
    pub const NONE: &str = "none";
    /// A duration.
    pub const SECONDS: &str = "s";
    /// A share between 0 and 1.
    pub const SHARE: &str = "percentunit";
    /// Lines of code.
    pub const LINES: &str = "suffix: lines";
    /// Deployments a day.
    pub const PER_DAY: &str = "suffix: / day";
    /// An instant, shown as how long ago it was; in milliseconds.
    pub const AGO: &str = "dateTimeFromNow";
    /// Bytes.
    pub const BYTES: &str = "bytes";
}

impl Panel {
    fn new(kind: &'static str, title: &str, about: &str, unit: &str) -> Panel {
        Panel {
            kind,
            title: title.to_owned(),
            about: about.to_owned(),
            size: (8, 8),
            defaults: json!({
                "unit": unit,
                "color": { "mode": "thresholds" },
                "thresholds": thresholds(&[("text", None)]),
            }),
            overrides: Vec::new(),
            options: json!({}),
            targets: Vec::new(),
            transformations: Vec::new(),
            interval: None,
        }
    }

    /// Single values as they stand.
    pub fn stat(title: &str, about: &str, unit: &str) -> Panel {
        let mut panel = Panel::new("stat", title, about, unit);
        panel.options = json!({
            "colorMode": "value",
            "graphMode": "none",
            "justifyMode": "center",
            "orientation": "auto",
            "reduceOptions": { "calcs": ["lastNotNull"], "fields": "", "values": false },
            "textMode": "auto",
        });
        panel.sized(4, 4)
    }

    /// Lines over time, one point a day.
    pub fn lines(title: &str, about: &str, unit: &str) -> Panel {
        let mut panel = Panel::new("timeseries", title, about, unit);
        panel.defaults["color"] = json!({ "mode": "palette-classic" });
        panel.defaults["min"] = json!(0);
        panel.defaults["custom"] = json!({
            "axisBorderShow": false,
            "axisPlacement": "auto",
            "drawStyle": "line",
            "fillOpacity": 0,
            "lineInterpolation": "linear",
            "lineWidth": 2,
            "pointSize": 4,
            "showPoints": "auto",
            "spanNulls": false,
            "stacking": { "group": "A", "mode": "none" },
            "thresholdsStyle": { "mode": "off" },
        });
        panel.options = json!({
            "legend": { "calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": true },
            "tooltip": { "mode": "multi", "sort": "none" },
        });
        panel.interval = Some(DAY);
        panel
    }

    /// A table with a row for each subject.
    pub fn table(title: &str, about: &str) -> Panel {
        let mut panel = Panel::new("table", title, about, unit::NONE);
        panel.defaults["custom"] = json!({
            "align": "auto", "cellOptions": { "type": "auto" }, "minWidth": 80,
        });
        panel.options = json!({ "cellHeight": "sm", "showHeader": true });
        panel.sized(24, 10)
    }

    /// Counts of durations over time.
    pub fn heatmap(title: &str, about: &str) -> Panel {
        let mut panel = Panel::new("heatmap", title, about, unit::NONE);
        panel.options = json!({
            "calculate": false,
            "cellGap": 1,
            "cellValues": { "decimals": 0 },
            "color": {
                "exponent": 0.5, "fill": "dark-blue", "mode": "scheme", "reverse": false,
                "scale": "exponential", "scheme": "Blues", "steps": 32,
            },
            "filterValues": { "le": 0.5 },
            "legend": { "show": true },
            "rowsFrame": { "layout": "auto" },
            "tooltip": { "mode": "single", "yHistogram": false, "showColorScale": false },
            "yAxis": { "axisPlacement": "left", "reverse": false, "unit": unit::SECONDS, "decimals": 0 },
        });
        panel
    }

    /// The same under another title.
    pub fn titled(mut self, title: &str) -> Panel {
        title.clone_into(&mut self.title);
        self
    }

    /// Its columns and rows of the grid.
    pub fn sized(mut self, columns: u64, rows: u64) -> Panel {
        self.size = (columns, rows);
        self
    }

    /// What is said where there is nothing to show.
    pub fn empty(mut self, text: &str) -> Panel {
        self.defaults["noValue"] = json!(text);
        self
    }

    /// Colours from bounds on.
    pub fn bounds(mut self, steps: &[(&str, Option<f64>)]) -> Panel {
        self.defaults["thresholds"] = thresholds(steps);
        self
    }

    /// Colours from bounds on, drawn as dashed lines behind the graph.
    pub fn bounds_drawn(mut self, steps: &[(&str, Option<f64>)]) -> Panel {
        self.defaults["custom"]["thresholdsStyle"] = json!({ "mode": "dashed" });
        self.bounds(steps)
    }

    /// Decimals of its numbers.
    pub fn decimals(mut self, decimals: u8) -> Panel {
        self.defaults["decimals"] = json!(decimals);
        self
    }

    /// The step of its queries.
    pub fn every(mut self, interval: &'static str) -> Panel {
        self.interval = Some(interval);
        self
    }

    /// Sets one of the panel's options.
    pub fn option(mut self, name: &str, value: Value) -> Panel {
        self.options[name] = value;
        self
    }

    /// Sets one of the defaults of its fields' drawing.
    pub fn custom(mut self, name: &str, value: Value) -> Panel {
        self.defaults["custom"][name] = value;
        self
    }

    /// Sets one of the defaults of its fields.
    pub fn field(mut self, name: &str, value: Value) -> Panel {
        self.defaults[name] = value;
        self
    }

    /// Series as bars on top of each other.
    pub fn stacked_bars(self) -> Panel {
        self.custom("drawStyle", json!("bars"))
            .custom("fillOpacity", json!(70))
            .custom("lineWidth", json!(0))
            .custom("barAlignment", json!(-1))
            .custom("showPoints", json!("never"))
            .custom("stacking", json!({ "group": "A", "mode": "normal" }))
    }

    /// Series as areas on top of each other.
    pub fn stacked_areas(self) -> Panel {
        self.custom("fillOpacity", json!(55))
            .custom("lineWidth", json!(1))
            .custom("showPoints", json!("never"))
            .custom("stacking", json!({ "group": "A", "mode": "normal" }))
    }

    /// Asks over the time range.
    pub fn ask(self, legend: &str, expr: &str) -> Panel {
        self.target(legend, expr, "time_series", false)
    }

    /// Asks for the end of the time range.
    pub fn ask_now(self, legend: &str, expr: &str) -> Panel {
        self.target(legend, expr, "time_series", true)
    }

    /// Asks for the end of the time range, as a table.
    pub fn ask_rows(self, expr: &str) -> Panel {
        self.target("", expr, "table", true)
    }

    /// Asks for the buckets of a histogram over the time range.
    pub fn ask_buckets(self, expr: &str) -> Panel {
        self.target("{{le}}", expr, "heatmap", false)
    }

    fn target(mut self, legend: &str, expr: &str, format: &str, instant: bool) -> Panel {
        self.targets.push(json!({
            "refId": self.next_ref(),
            "datasource": source(),
            "editorMode": "code",
            "expr": expr,
            "format": format,
            "instant": instant,
            "range": !instant,
            "legendFormat": legend,
        }));
        self
    }

    /// The name of the query that is added next.
    pub fn next_ref(&self) -> String {
        char::from(b'A' + self.targets.len() as u8).to_string()
    }

    /// Reshapes what the queries give.
    pub fn transform(mut self, id: &str, options: &Value) -> Panel {
        self.transformations.push(json!({ "id": id, "options": options }));
        self
    }

    /// Draws one series, by its name, another way.
    pub fn series(self, name: &str, properties: &[(&str, Value)]) -> Panel {
        self.matching("byName", name, properties)
    }

    /// Draws the fields that a matcher finds another way.
    pub fn matching(mut self, id: &str, options: &str, properties: &[(&str, Value)]) -> Panel {
        let properties: Vec<Value> =
            properties.iter().map(|(id, value)| json!({ "id": id, "value": value })).collect();
        self.overrides
            .push(json!({ "matcher": { "id": id, "options": options }, "properties": properties }));
        self
    }

    /// Draws two series as the bounds of a band.
    pub fn band(self, lower: &str, upper: &str, color: &str) -> Panel {
        let hidden = ("custom.lineWidth", json!(0));
        let color = ("color", json!({ "fixedColor": color, "mode": "fixed" }));
        let no_points = ("custom.showPoints", json!("never"));
        let unnamed =
            ("custom.hideFrom", json!({ "legend": true, "tooltip": false, "viz": false }));
        let both = [hidden, color, no_points, unnamed];
        self.series(lower, &both).series(
            upper,
            &[
                both[0].clone(),
                both[1].clone(),
                both[2].clone(),
                both[3].clone(),
                ("custom.fillBelowTo", json!(lower)),
                ("custom.fillOpacity", json!(18)),
            ],
        )
    }

    /// Draws a series in a colour.
    pub fn colored(self, name: &str, color: &str) -> Panel {
        self.series(name, &[("color", json!({ "fixedColor": color, "mode": "fixed" }))])
    }

    /// Grafana's model of it.
    pub fn model(&self, id: usize, position: Value) -> Value {
        let mut model = json!({
            "id": id,
            "type": self.kind,
            "title": self.title,
            "description": self.about,
            "datasource": source(),
            "gridPos": position,
            "fieldConfig": { "defaults": self.defaults, "overrides": self.overrides },
            "options": self.options,
            "targets": self.targets,
            "transformations": self.transformations,
        });
        if let Some(interval) = self.interval {
            model["interval"] = json!(interval);
        }
        model
    }
}

fn thresholds(steps: &[(&str, Option<f64>)]) -> Value {
    let steps: Vec<Value> =
        steps.iter().map(|(color, value)| json!({ "color": color, "value": value })).collect();
    json!({ "mode": "absolute", "steps": steps })
}
