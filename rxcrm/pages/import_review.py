"""/import/…/review: values that do not fit, and what stands for them."""

import reflex as rx

from rxcrm.components.importing import review_form, step_page
from rxcrm.state.importing.reviewing import ReviewStep

on_load = ReviewStep.open


def page() -> rx.Component:
    return step_page(ReviewStep, review_form(ReviewStep))
