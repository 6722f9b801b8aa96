-- Totals hold everything that counters and histograms have counted, and not only what was folded:
-- a start reads them instead of millions of rows. From now on a row adds to its total in the
-- transaction that settles it; the rows of before are added here, once. Rows stay as the memory of
-- what was counted, as long as the facts that they were made of.
--
-- Bounds are those of the histograms' buckets in seconds at this version; the greatest number stands
-- for counters, and for what lies above all bounds.
CREATE TEMP TABLE added AS
SELECT position, family, repo, component, team, org, coalesce(reason, '') AS label,
    CASE
        WHEN family IN ('dora_deployments_total', 'dora_aborted_deployments_total',
            'dora_rework_deployments_total', 'dora_failed_deployments_total',
            'dora_incidents_total') THEN 9223372036854775807
        WHEN value <= 300 AND family IN ('dora_change_phase_seconds',
            'dora_failed_deployment_recovery_seconds', 'dora_time_to_restore_seconds') THEN 300
        WHEN value <= 900 AND family IN ('dora_change_phase_seconds',
            'dora_failed_deployment_recovery_seconds', 'dora_time_to_restore_seconds') THEN 900
        WHEN value <= 3600 THEN 3600
        WHEN value <= 14400 THEN 14400
        WHEN value <= 28800 THEN 28800
        WHEN value <= 86400 THEN 86400
        WHEN value <= 172800 THEN 172800
        WHEN value <= 259200 THEN 259200
        WHEN value <= 604800 THEN 604800
        WHEN value <= 1209600 AND family IN ('dora_lead_time_hours',
            'dora_change_lead_time_seconds', 'dora_change_phase_seconds') THEN 1209600
        WHEN value <= 2592000 AND family <> 'dora_lead_time_hours' THEN 2592000
        WHEN value <= 7776000 AND family IN ('dora_change_lead_time_seconds',
            'dora_change_phase_seconds') THEN 7776000
        WHEN value <= 15552000 AND family IN ('dora_change_lead_time_seconds',
            'dora_change_phase_seconds') THEN 15552000
        ELSE 9223372036854775807
    END AS upto,
    CAST(value AS INTEGER) AS value, at,
    -- `pull:REPOSITORY:NUMBER:…`: the last of a bucket is its exemplar.
    iif(subject GLOB 'pull:*:[0-9]*',
        CAST(substr(subject, 6 + instr(substr(subject, 6), ':')) AS INTEGER), NULL) AS pull
FROM settled
WHERE family IN ('dora_deployments_total', 'dora_aborted_deployments_total',
    'dora_rework_deployments_total', 'dora_failed_deployments_total', 'dora_incidents_total',
    'dora_lead_time_hours', 'dora_change_lead_time_seconds', 'dora_change_phase_seconds',
    'dora_failed_deployment_recovery_seconds', 'dora_time_to_restore_seconds');

INSERT INTO totals
    (family, repo, component, team, org, label, upto, count, sum, newest, pull, pull_value)
SELECT family, repo, component, team, org, label, upto, count(*), sum(value), max(at), NULL, NULL
FROM added WHERE true
GROUP BY family, repo, component, team, org, label, upto
ON CONFLICT (family, repo, component, team, org, label, upto) DO UPDATE SET
    count = count + excluded.count,
    sum = sum + excluded.sum,
    newest = max(newest, excluded.newest);

-- With a single max() the other columns are of the row that has it.
INSERT INTO totals
    (family, repo, component, team, org, label, upto, count, sum, newest, pull, pull_value)
SELECT family, repo, component, team, org, label, upto, 0, 0, at, pull, value
FROM (
    SELECT family, repo, component, team, org, label, upto, at, pull, value, max(position)
    FROM added WHERE pull IS NOT NULL
    GROUP BY family, repo, component, team, org, label, upto
) WHERE true
ON CONFLICT (family, repo, component, team, org, label, upto) DO UPDATE SET
    pull = excluded.pull,
    pull_value = excluded.pull_value;

DROP TABLE added;
