//! The policy, readable by those who must account for it.

use actix_web::{get, web::Json};
use medcert_domain::{
    certification::{
        Stage,
        policy::{MATRIX, Row},
    },
    policy::{Permission, READ_POLICY, Role},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    access::{Rule, permitted},
    caller::Caller,
    certification::codes::{ActionCode, StageCode},
    codes::RoleCode,
    registry::Registry,
    rooms::Room,
};

/// Who may do what in which stage, and which permissions roles have besides.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Policy, example = json!({
    "stages": ["REGISTERED"],
    "actions": [{"action": "ISSUE", "cells": [{"stage": "EVALUATED", "roles": ["DOCTOR"]}], "leads_to": ["CLOSED"]}],
    "permissions": [{"permission": "policy:read", "roles": ["ADMIN", "AUDITOR"], "grantable": false}]
}))]
struct PolicyView {
    /// All stages.
    stages: Vec<StageCode>,
    /// The actions on requests.
    actions: Vec<ActionView>,
    /// The other permissions.
    permissions: Vec<PermissionView>,
}

/// One action.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PolicyAction)]
struct ActionView {
    /// The action.
    action: ActionCode,
    /// The roles that have it, by stage.
    cells: Vec<CellView>,
    /// Where a request can stand afterwards, besides where it stood.
    leads_to: Vec<StageCode>,
}

/// The roles that have an action in a stage; object rules come on top.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PolicyCell)]
struct CellView {
    /// The stage.
    stage: StageCode,
    /// The roles; empty when nobody has it there.
    roles: Vec<RoleCode>,
}

/// One permission that is no action.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PolicyPermission)]
struct PermissionView {
    /// Its code.
    permission: String,
    /// The roles that have it.
    roles: Vec<RoleCode>,
    /// Whether an administrator can give it to a single user.
    grantable: bool,
}

fn codes(roles: &[Role]) -> Vec<RoleCode> {
    roles.iter().copied().map(Into::into).collect()
}

impl PolicyView {
    fn current() -> Self {
        let cell =
            |(stage, roles): (&Stage, &&[Role])| CellView { stage: (*stage).into(), roles: codes(roles) };
        let action = |row: &Row| ActionView {
            action: row.action.into(),
            cells: Stage::ALL.iter().zip(&row.cells).map(cell).collect(),
            leads_to: row.leads_to.iter().copied().map(Into::into).collect(),
        };
        let permission = |permission: Permission| PermissionView {
            permission: permission.to_string(),
            roles: codes(&permission.roles()),
            grantable: permission.can_be_granted(),
        };
        Self {
            stages: Stage::ALL.iter().copied().map(Into::into).collect(),
            actions: MATRIX.iter().map(action).collect(),
            permissions: Permission::plain().map(permission).collect(),
        }
    }
}

/// Show the policy: the matrix of actions and stages, and the other permissions.
#[utoipa::path(tag = "policy", responses((status = 200, description = "The policy", body = PolicyView)))]
#[get("/policy")]
async fn read_policy(_caller: Caller) -> Json<PolicyView> {
    Json(PolicyView::current())
}

/// What this room brings.
pub(crate) const ROOM: Room =
    Room { tags: &[("policy", "Who may do what")], access: &[ACCESS], routes, ..Room::EMPTY };

/// Who may call what.
const ACCESS: &[Rule] = &[permitted("read_policy", READ_POLICY)];

fn routes(cfg: &mut Registry) {
    cfg.service(read_policy);
}
