//! Tests of doors: who is let in, and what is too large.

#![allow(clippy::unwrap_used)]

use super::*;
use std::sync::Mutex;

const EVENT: &[u8] = b"{\"event\":{}}";

#[derive(Default)]
struct Memory {
    taken: Mutex<Vec<Bytes>>,
    counted: Mutex<Vec<Outcome>>,
}

impl Taker for Memory {
    fn take(&self, event: Bytes) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>> {
        self.taken.lock().unwrap().push(event);
        Box::pin(async { Outcome::Stored })
    }

    fn count(&self, outcome: Outcome) {
        self.counted.lock().unwrap().push(outcome);
    }
}

fn signature(secret: &str, event: &[u8]) -> String {
    let keyed = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let sum = keyed.chain_update(event).finalize().into_bytes();
    let digits: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("v1={digits}")
}

fn door(secrets: &[&str]) -> (Door, Arc<Memory>) {
    let memory = Arc::new(Memory::default());
    let secrets = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
    let taker = Arc::clone(&memory) as Arc<dyn Taker>;
    (Door { sender: Sender::PagerDuty, secrets, taker }, memory)
}

async fn knock(doors: &Doors, signatures: &str, event: &[u8]) -> Option<u16> {
    let mut headers = HeaderMap::new();
    headers.insert("x-pagerduty-signature", signatures.parse().unwrap());
    let answer = doors.knock(Sender::PagerDuty, &headers, Body::from(event.to_vec())).await;
    answer.map(|answer| answer.status().as_u16())
}

#[tokio::test]
async fn a_door_opens_for_whoever_has_any_of_its_secrets() {
    let (doors, (door, memory)) = (Doors::default(), door(&["old", "new"]));
    assert_eq!(knock(&doors, &signature("new", EVENT), EVENT).await, None, "closed");
    doors.open(vec![door]);
    let (old, new, wrong) =
        (signature("old", EVENT), signature("new", EVENT), signature("none", EVENT));
    for (signatures, expected) in [
        (new.clone(), 200),
        (old.clone(), 200),
        (format!("{wrong},{new}"), 200),
        (format!(" {wrong} , {old} "), 200),
        (new.to_uppercase().replace("V1=", "v1="), 200),
        (wrong.clone(), 401),
        (String::new(), 401),
        (new.replace("v1=", "v0="), 401),
        (new.replace("v1=", ""), 401),
        (new[..new.len() - 2].to_owned(), 401),
        (new[..new.len() - 1].to_owned(), 401),
        (format!("{new}00"), 401),
        ("v1=".to_owned(), 401),
        ("v1=zz".to_owned(), 401),
        (format!("v1={}", "é".repeat(32)), 401),
    ] {
        assert_eq!(knock(&doors, &signatures, EVENT).await, Some(expected), "{signatures}");
    }
    assert_eq!(knock(&doors, &new, b"{\"event\":{ }}").await, Some(401), "another body");
    assert_eq!(memory.taken.lock().unwrap().len(), 5);
    let unsigned =
        memory.counted.lock().unwrap().iter().filter(|one| **one == Outcome::Unsigned).count();
    assert_eq!(unsigned, 11);
}

#[tokio::test]
async fn an_event_goes_to_the_account_whose_secret_signed_it() {
    let (doors, (first, of_first), (second, of_second)) =
        (Doors::default(), door(&["one"]), door(&["two"]));
    doors.open(vec![first, second]);
    assert_eq!(knock(&doors, &signature("two", EVENT), EVENT).await, Some(200));
    assert_eq!(of_second.counted.lock().unwrap()[..], [Outcome::Stored]);
    assert_eq!(of_first.taken.lock().unwrap().len(), 0);
    doors.open(vec![door(&[]).0]);
    assert_eq!(knock(&doors, &signature("", EVENT), EVENT).await, None, "no secret, no door");
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_its_signature_is_looked_at() {
    let (doors, (door, memory)) = (Doors::default(), door(&["one"]));
    doors.open(vec![door]);
    let large = vec![b' '; LARGEST_EVENT + 1];
    assert_eq!(knock(&doors, &signature("one", &large), &large).await, Some(413));
    let fits = vec![b' '; LARGEST_EVENT];
    assert_eq!(knock(&doors, &signature("one", &fits), &fits).await, Some(200));
    assert_eq!(memory.counted.lock().unwrap()[..], [Outcome::TooLarge, Outcome::Stored]);
}
