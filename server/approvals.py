"""Who says yes to a plan."""

from policies.call import Admission, Approval, Plan
from policies.errors import NotApproved


class Approvals:
    async def ask(self, admission: Admission, plan: Plan) -> Approval:
        """Raises `NotApproved`."""
        permit = admission.permit
        if plan.call is not permit.call:
            raise NotApproved("This plan was made for another call. Call the tool again.")
        if permit.obligations:
            owed = " and ".join(sorted(permit.obligations))
            raise NotApproved(
                f"Policy asks a person to {owed} this action, and this server has no way to ask one. "
                "Read instead, or ask an administrator."
            )
        return Approval(admission, plan, by=", ".join(permit.policies))
