//! Tests of doors: who is let in, and what is too large.

#![allow(clippy::unwrap_used)]

use super::*;
use std::sync::Mutex;

const EVENT: &[u8] = b"{\"event\":{}}";

#[derive(Default)]
struct Memory {
    taken: Mutex<Vec<Event>>,
    ignores: bool,
    counted: Mutex<Vec<Outcome>>,
}

impl Taker for Memory {
    fn take(&self, event: Event) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>> {
        self.taken.lock().unwrap().push(event);
        let outcome = if self.ignores { Outcome::Ignored } else { Outcome::Stored };
        Box::pin(async move { outcome })
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
    let large = vec![b' '; MIB + 1];
    assert_eq!(knock(&doors, &signature("one", &large), &large).await, Some(413));
    let fits = vec![b' '; MIB];
    assert_eq!(knock(&doors, &signature("one", &fits), &fits).await, Some(200));
    assert_eq!(memory.counted.lock().unwrap()[..], [Outcome::TooLarge, Outcome::Stored]);
}

type Headers<'a> = [(&'static str, &'a str)];

async fn deliver(doors: &Doors, secret: &str, headers: &Headers<'_>, body: &[u8]) -> u16 {
    let signature = signature(secret, body).replace("v1=", "sha256=");
    send(doors, &signature, headers, body).await
}

async fn send(doors: &Doors, signature: &str, headers: &Headers<'_>, body: &[u8]) -> u16 {
    let mut all = HeaderMap::new();
    all.insert("x-hub-signature-256", signature.parse().unwrap());
    for (name, value) in headers {
        all.insert(*name, value.parse().unwrap());
    }
    let answer = doors.knock(Sender::GitHub, &all, Body::from(body.to_vec())).await;
    answer.map_or(404, |answer| answer.status().as_u16())
}

fn githubs_door(secret: &str, ignores: bool) -> (Door, Arc<Memory>) {
    let memory = Arc::new(Memory { ignores, ..Memory::default() });
    let secrets = vec![SecretString::from(secret)];
    let taker = Arc::clone(&memory) as Arc<dyn Taker>;
    (Door { sender: Sender::GitHub, secrets, taker }, memory)
}

#[tokio::test]
async fn github_sends_json_or_a_form_with_json_in_it() {
    let (doors, (door, memory)) = (Doors::default(), githubs_door("one", false));
    doors.open(vec![door]);
    let kind = ("x-github-event", "push");
    let form = ("content-type", "application/x-www-form-urlencoded");
    let json = ("content-type", "application/json; charset=utf-8");
    assert_eq!(deliver(&doors, "one", &[kind, json], b"{\"a\":1}").await, 200);
    assert_eq!(deliver(&doors, "one", &[kind, form], b"payload=%7B%22a%22%3A1%7D").await, 200);
    let event = Event { kind: "push".to_owned(), body: Bytes::from_static(b"{\"a\":1}") };
    assert_eq!(memory.taken.lock().unwrap()[..], [event.clone(), event]);
    assert_eq!(deliver(&doors, "one", &[json], b"{}").await, 400, "of no kind");
    assert_eq!(deliver(&doors, "one", &[kind, form], b"a=b").await, 400, "no payload");
    assert_eq!(deliver(&doors, "two", &[kind, json], b"{}").await, 401);
    assert_eq!(memory.taken.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn an_event_that_several_may_take_is_taken_by_who_has_a_use_for_it() {
    let doors = Doors::default();
    let ((idle, of_idle), (busy, of_busy)) =
        (githubs_door("one", true), githubs_door("one", false));
    doors.open(vec![idle.clone(), busy]);
    let kind = [("x-github-event", "push")];
    assert_eq!(deliver(&doors, "one", &kind, b"{}").await, 200);
    assert_eq!(of_idle.counted.lock().unwrap()[..], []);
    assert_eq!(of_busy.counted.lock().unwrap()[..], [Outcome::Stored]);
    doors.open(vec![idle]);
    assert_eq!(deliver(&doors, "one", &kind, b"{}").await, 202);
    assert_eq!(of_idle.counted.lock().unwrap()[..], [Outcome::Ignored]);
}

#[tokio::test]
async fn events_take_a_bounded_memory_and_give_it_back() {
    let (doors, (door, memory)) = (Doors::default(), githubs_door("one", false));
    doors.open(vec![door]);
    let kind = [("x-github-event", "push")];
    let largest = vec![b' '; 25 * MIB];
    assert_eq!(deliver(&doors, "one", &kind, &largest).await, 200);
    let larger = vec![b' '; 25 * MIB + 1];
    assert_eq!(send(&doors, "none", &kind, &larger).await, 413);
    doors.in_hand.store(40 * MIB, Ordering::Relaxed);
    assert_eq!(send(&doors, "none", &kind, &largest).await, 503, "others are being received");
    assert_eq!(deliver(&doors, "one", &kind, b"{}").await, 200);
    assert_eq!(doors.in_hand.load(Ordering::Relaxed), 40 * MIB);
    assert_eq!(memory.taken.lock().unwrap().len(), 2);
}
