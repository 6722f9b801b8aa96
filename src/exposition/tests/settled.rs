//! Counters and histograms: whose series there are, and what they start with.

use super::*;

#[test]
fn a_former_teams_counts_stay_beside_the_present_ones() {
    let mut set = set(&[("new", "acme/pay", 1)]);
    let moved = Arc::make_mut(&mut set.components[0]);
    moved.settled.push(("old".into(), Arc::default()));
    set.settled_teams.push(("old".into(), Arc::default()));
    let text = plain(&encode(&set, &STANDARD, None));
    let count = "dora_lead_time_hours_count{team=\"new\",repo=\"acme/pay\",component=\"pay\"} 1\n";
    assert!(text.contains(count), "{text}");
    assert!(text.contains(&count.replace("new", "old").replace("} 1", "} 0")));
    assert!(text.contains("dora_team_deployments_total{team=\"new\"} 1\n"));
    assert!(text.contains("dora_team_deployments_total{team=\"old\"} 0\n"));
    assert!(!text.contains("dora_team_window_deployments{team=\"old\""));
}

#[test]
fn counters_and_histograms_have_every_label_from_the_start() {
    let mut set = set(&[("pay", "acme/pay", 1)]);
    Arc::make_mut(&mut set.components[0]).settled = vec![("pay".into(), Arc::default())];
    let text = plain(&encode(&set, &FULL, None));
    let labels = "team=\"pay\",repo=\"acme/pay\",component=\"pay\"";
    for reason in Reason::ALL {
        let sample =
            format!("dora_failed_deployments_total{{{labels},reason=\"{}\"}} 0\n", reason.name());
        assert!(text.contains(&sample), "{sample}");
    }
    for phase in ["coding", "pickup", "review", "deploy"] {
        let phase = format!("{labels},phase=\"{phase}\"");
        for sample in [
            format!("dora_change_phase_seconds_bucket{{{phase},le=\"300.0\"}} 0\n"),
            format!("dora_change_phase_seconds_sum{{{phase}}} 0\n"),
        ] {
            assert!(text.contains(&sample), "{sample}");
        }
    }
    assert!(
        text.contains("dora_org_change_phase_seconds_count{org=\"acme\",phase=\"pickup\"} 1\n")
    );
    assert!(text.contains("dora_team_change_lead_time_seconds_sum{team=\"pay\"} 14400\n"));
}
