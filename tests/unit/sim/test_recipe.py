"""The key of a recipe stands for everything an image is made of."""

from dataclasses import replace

import pytest

from sim.recipe import node_recipe

RECIPE = node_recipe({})


@pytest.mark.parametrize(
    "change",
    [
        {"packages": (*RECIPE.packages, "lvm2")},
        {"files": ()},
        {"masked_units": ()},
        {"init_script": "#!/bin/sh\n"},
        {"mirror": "http://mirror.example/debian"},
        {"revision": RECIPE.revision + 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_ingredient_makes_another_image(change: dict[str, object]) -> None:
    assert replace(RECIPE, **change).key != RECIPE.key  # type: ignore[arg-type]


def test_the_same_ingredients_make_the_same_image() -> None:
    assert node_recipe({}).key == RECIPE.key


def test_a_mirror_can_be_named_in_the_environment() -> None:
    assert (
        node_recipe({"LABCTL_DEBIAN_MIRROR": "http://mirror.example/debian"}).mirror == "http://mirror.example/debian"
    )


def test_a_node_holds_nothing_of_proxmox() -> None:
    assert not [package for package in RECIPE.packages if "pve" in package or "proxmox" in package]
