"""The contract check guards every request of the gateway's tests: here it must itself bite."""

from __future__ import annotations

import pytest

from tests.payments.contract import Contract, ContractBroken, check
from tests.payments.wire import SESSION, Stand

GOOD = (
    "mode=payment&success_url=https://example.jp&line_items[0][quantity]=3&line_items[0][price_data][currency]=jpy"
    "&line_items[0][price_data][unit_amount]=11500&line_items[0][price_data][product_data][name]=Course"
)


class TestContract:
    def test_a_good_request_passes(self) -> None:
        check("POST", "/v1/checkout/sessions", GOOD)

    @pytest.mark.parametrize(
        ("form", "complaint"),
        [
            (f"{GOOD}&colour=red", "colour"),
            (f"{GOOD}&line_items[0][price_data][colour]=red", r"price_data\.colour"),
            (f"{GOOD}&payment_method_types[0]=card", "payment_method_types"),
            (f"{GOOD}&allowed_payment_method_types[0]=konbinii", r"allowed_payment_method_types\.0"),
            (f"{GOOD}&locale=jp", "locale"),
            (f"{GOOD}&expires_at=tomorrow", "expires_at"),
            (f"{GOOD}&metadata=text", "metadata"),
            (f"{GOOD}&idempotency_key=x", "idempotency_key"),
            (GOOD.replace("unit_amount]=11500", "unit_amount]=115.5"), "unit_amount"),
            (GOOD.replace("&line_items[0][price_data][currency]=jpy", ""), "currency"),
            (GOOD.replace("mode=payment", "mode[x]=payment&mode=payment"), "mode"),
        ],
    )
    def test_a_bad_request_is_caught(self, form: str, complaint: str) -> None:
        with pytest.raises(ContractBroken, match=complaint):
            check("POST", "/v1/checkout/sessions", form)

    def test_an_unknown_call_is_caught(self) -> None:
        with pytest.raises(ContractBroken):
            check("POST", "/v1/payment_intents", "")

    def test_the_server_refuses_what_the_contract_refuses(self) -> None:
        contract = Contract()
        with Stand(on_request=contract) as stand:
            answer = stand.api("POST", "checkout/sessions", SESSION | {"locale": "jp"})
        assert answer.status == 400
        assert contract.broken.pop().startswith("POST /v1/checkout/sessions")
