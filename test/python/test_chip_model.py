# SPDX-License-Identifier: Apache-2.0
"""Models on a chip: compiled from Python, equal to the quantised program on the CPU, with energy, mapping and backends."""

from __future__ import annotations

import numpy as np
import pytest
from small_models import image, small

from digits.model import held_out, load_split, spikformer_digits
from spike_transformer_compiler import OptimizationPass, ResourceAllocator, SpikeCompiler
from spike_transformer_compiler.backend import (
    ChipImage,
    ChipModel,
    Loihi3Backend,
    MappingOptions,
    MultiChipManager,
    backends,
    get_backend,
    register,
)
from spike_transformer_compiler.backend.board import allocated
from spike_transformer_compiler.backend.chip_model import default_profile
from spike_transformer_compiler.exceptions import HardwareError, SecurityError, ValidationError
from spike_transformer_compiler.optimization import Optimizer
from spike_transformer_compiler.profiling import EnergyProfiler


@pytest.fixture(scope="module")
def digits() -> ChipModel:
    compiler = SpikeCompiler(target="loihi3")
    return compiler.compile(
        spikformer_digits(), (1, 1, 8, 8), chip_config="ncl-1chip", calibration_data=load_split()[0][:64]
    )


def test_the_chip_computes_what_the_cpu_computes(digits):
    images, labels = held_out()
    same = digits.compare_with_cpu(images[:40])
    assert same.passed, same.different
    assert (same.samples, same.layers) == (40, 15)
    assert same.spikes == same.membranes > 1_000_000
    output = digits.run(images[:40])
    assert np.array_equal(output, digits.run_on_cpu(images[:40]))
    assert digits.chip.summary["name"] == "Spikformer", "the class of the model"
    assert (output.mean(0).argmax(-1) == labels[:40]).mean() > 0.95


def test_spike_trains_have_the_sources_layout(digits):
    images, _ = held_out()
    output, trains = digits.run(images[:3], return_spike_trains=True)
    expected, on_cpu = digits.run_on_cpu(images[:3], return_spike_trains=True)
    assert np.array_equal(output, expected)
    assert trains.keys() == on_cpu.keys()
    for path, train in trains.items():
        assert np.array_equal(train, on_cpu[path]), path
        assert train.any(), path


def test_energy_needs_a_profile_run(digits):
    fresh = digits.mapped(digits.mapping_options)
    with pytest.raises(ValidationError, match="has not been profiled"):
        _ = fresh.energy_per_inference
    assert 0 < fresh.utilization <= 1
    report = fresh.profile_energy(held_out()[0][:4])
    assert fresh.energy_per_inference == pytest.approx(report.total_energy_pJ / 1e3)
    stats = fresh.get_energy_stats()
    assert stats["profile"] == "loihi2_scaled" and "assumed" in stats["profile_provenance"]
    assert sum(stats["by_layer_nJ"].values()) == pytest.approx(stats["energy_per_inference_nJ"], rel=1e-6)
    assert stats["chip_steps"] == fresh.chip.chip_steps and stats["latency_ns"] > 0


def test_the_energy_profiler_runs_the_chip(digits):
    images = held_out()[0][:2]
    report = EnergyProfiler(backend="loihi3", energy_model="davies2018").profile(digits, images)
    assert report.profile.name == "davies2018" and report.total_energy_mJ > 0
    assert report.energy_per_spike_pJ == pytest.approx(report.total_energy_pJ / report.counts["spike"])
    with pytest.raises(ValidationError, match="compiled for a chip"):
        EnergyProfiler(backend="loihi3", energy_model="davies2018").profile(None, images)
    with pytest.raises(ValidationError, match="no conventions"):
        EnergyProfiler(backend="loihi3", counting="exact")


def test_the_page_and_the_image_are_written(digits, tmp_path):
    digits.profile_energy(held_out()[0][:2], "davies2018").to_html(tmp_path / "chip.html")
    assert "davies2018" in (tmp_path / "chip.html").read_text()
    digits.save(tmp_path / "digits.lsi")
    image_file = ChipImage.load(tmp_path / "digits.lsi")
    assert image_file.chip_steps == digits.chip.chip_steps and image_file.data == digits.image
    images = held_out()[0][:2]
    run = image_file.run([images[:, None]])
    assert np.array_equal(np.concatenate(list(run.outputs[0]), 1), digits.run(images))


def test_a_missing_image_is_not_called_damaged(tmp_path):
    with pytest.raises(ValidationError, match="nothing.lsi' is not a file"):
        ChipImage.load(tmp_path / "nothing.lsi")


@pytest.mark.parametrize(("target", "board"), [("loihi1", "ncl-1chip"), ("loihi3", "loihi1"), ("loihi2", "loihi1:2")])
def test_a_board_of_other_chips_is_refused(target, board):
    with pytest.raises(ValidationError, match=f"target '{target}', but the board '{board}' has"):
        SpikeCompiler(target=target).compile(
            small(), (1, 1, 4, 4), chip_config=board, calibration_data=image(8).numpy()
        )


def test_a_damaged_image_is_refused(digits, tmp_path):
    path = tmp_path / "digits.lsi"
    data = bytearray(digits.image)
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(SecurityError):
        ChipImage.load(path)


def test_loihi_ir_is_the_mapped_network(digits):
    text = digits.loihi_ir
    assert "loihi.network" in text and "routed" in text and "loihi.core" in text


def test_bits_come_from_the_optimizer():
    optimizer = Optimizer().add_pass(OptimizationPass.WEIGHT_QUANTIZATION, bits=4)
    compiled = SpikeCompiler(target="loihi3").compile(
        small(), (1, 1, 4, 4), optimizer=optimizer, calibration_data=image(8).numpy(), profile_energy=True
    )
    assert compiled.program.bits == 4
    assert compiled.compare_with_cpu(image(4, 1).numpy()).passed
    assert compiled.energy_per_inference > 0


def test_without_data_it_says_what_it_took():
    with pytest.warns(UserWarning, match="random samples"):
        compiled = SpikeCompiler(target="loihi3").compile(small(), (1, 1, 4, 4))
    assert compiled.compare_with_cpu(image(2).numpy()).passed


def test_options_of_a_chip_are_refused_for_the_cpu():
    with pytest.raises(ValidationError, match="for a chip only"):
        SpikeCompiler(target="simulation").compile(small(), (1, 1, 4, 4), chip_config="ncl-1chip")


def test_a_model_that_does_not_fit_says_which_limit():
    allocator = ResourceAllocator(num_chips=1, cores_per_chip=1, synapses_per_core=256)
    with pytest.raises(HardwareError) as error:
        SpikeCompiler(target="loihi3").compile(
            small(), (1, 1, 4, 4), resource_allocator=allocator, calibration_data=image(8).numpy()
        )
    assert any(word in str(error.value) for word in ("synapse", "cores")), error.value


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"num_chips": 0}, "num_chips"), ({"cores_per_chip": -1}, "cores_per_chip"), ({"num_chips": True}, "num_chips")],
)
def test_an_allocator_checks_its_numbers(arguments, message):
    with pytest.raises(ValidationError, match=message):
        ResourceAllocator(**arguments)


def test_a_part_of_a_board_leaves_no_trace_of_this_process(digits, tmp_path, monkeypatch):
    images = held_out()[0][:2]
    monkeypatch.chdir(tmp_path)
    board = '{"schema": "spike-target/1", "name": "mine", "title": "mine", "extends": "oheo-gulch", "fields": {}}'
    (tmp_path / "mine.json").write_text(board)
    for target, arguments, lasting, power in (
        ("mine.json", {"cores_per_chip": 64}, "mine.json", 1.78),
        ("mine.json", {"num_chips": 4, "cores_per_chip": 64}, "mine.json:4", None),
        ("oheo-gulch:2", {"num_chips": 4}, "oheo-gulch:4", None),
        ("oheo-gulch", {"num_chips": 1}, "oheo-gulch", 1.78),
    ):
        part = digits.mapped(MappingOptions(allocated(target, ResourceAllocator(**arguments))))
        assert part.profile_energy(images).static_power_W == power
        assert part.chip.summary["target"] == lasting and f'target "{lasting}"' in part.loihi_ir
        part.save("part.lsi")
        again = ChipImage.load("part.lsi")
        assert again.report(again.run([images[:, None]]), "davies2018").total_energy_pJ > 0
    assert part.image == digits.mapped(MappingOptions("oheo-gulch")).image


def test_boards_of_loihi_1_take_its_profile(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text('{"schema": "spike-target/1", "name": "mine", "title": "mine", "extends": "loihi1", "fields": {}}')
    part = allocated("loihi1", ResourceAllocator(cores_per_chip=4))
    assert [default_profile(target) for target in ("loihi1", "loihi1:2", str(path), part)] == ["loihi1_fit"] * 4
    assert default_profile("oheo-gulch") == "loihi2_scaled"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"chips": -1}, "0 to 65536 chips"), ({"chips": "2"}, "got '2'"), ({"target": "a}.json"}, "without braces")],
)
def test_mapping_options_check_themselves(arguments, message):
    with pytest.raises(ValidationError, match=message):
        MappingOptions(**arguments)


def test_energy_is_profiled_over_batches(digits):
    images = load_split()[0][:6]
    expected = digits.profile_energy(images).counts
    for data in ([images[:4], images[4:]], (images[i : i + 2] for i in range(0, 6, 2))):
        report = digits.profile_energy(data)
        assert (report.inferences, report.counts) == (6, expected)
    with pytest.raises(ValidationError, match="the data set is empty"):
        digits.profile_energy(images[:0])
    compiled = SpikeCompiler(target="loihi3").compile(
        small(), (1, 1, 4, 4), calibration_data=(image(2).numpy() for _ in range(3)), profile_energy=True
    )
    assert compiled.energy_report.inferences == 6


def test_the_backend_maps_deploys_runs_and_profiles(digits):
    backend = Loihi3Backend(num_chips=2, neuromorphic_cores=64)
    mapping = backend.map_model(digits, strategy="minimize_latency")
    deployed = backend.deploy(backend.generate_config(mapping, output_decoding="mean"))
    images = held_out()[0][:3]
    assert np.array_equal(deployed.run(images), digits.run(images).mean(0))
    assert backend.profile(deployed, images).total_energy_pJ > 0
    status = backend.get_hardware_status()
    assert (status["chips"], status["cores"]) == (2, 64) and len(status["deployed"]) == 1
    assert "simulator" in status["hardware"]
    for wrong in ({"input_encoding": "poisson"}, {"output_decoding": "rate"}, {"simulation_time": 1}):
        with pytest.raises(ValidationError):
            backend.generate_config(mapping, **wrong)
    with pytest.raises(ValidationError, match="strategy"):
        backend.map_model(digits, strategy="fast")


def test_backends_are_found_by_name():
    assert "loihi3" in backends()
    assert isinstance(get_backend("loihi3", num_chips=1), Loihi3Backend)
    with pytest.raises(ValidationError, match="there is no backend"):
        get_backend("abacus")
    with pytest.raises(ValidationError, match="already"):
        register("loihi3", lambda: None)


def test_a_model_over_several_chips(digits):
    manager = MultiChipManager(["left", "right"])
    partitions = manager.partition_model(digits, balance_load=True)
    assert set(partitions) <= {"left", "right"}
    images = held_out()[0][:2]
    with pytest.raises(ValidationError, match="nothing is deployed"):
        manager.run_synchronized(images)
    for chip_id, partition in partitions.items():
        manager.deploy_partition(chip_id, partition)
    assert np.array_equal(manager.run_synchronized(images), digits.run(images))
    by_chip = manager.run_synchronized(images, aggregate_outputs=False)
    assert set().union(*(trains for trains in by_chip.values())) == set(digits.chip.layers)
