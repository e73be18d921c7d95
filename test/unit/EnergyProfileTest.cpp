// SPDX-License-Identifier: Apache-2.0
// Energy and latency by numbers worked out by hand.
#include "spike/Target/EnergyProfile.h"
#include "llvm/ADT/STLExtras.h"
#include "gtest/gtest.h"

using namespace spike::chip;

namespace {

EnergyProfile load(llvm::StringRef name) { return llvm::cantFail(EnergyProfile::load(name)); }

int64_t &at(EventCounts &counts, Event event) { return counts[static_cast<size_t>(event)]; }

EventCounts count(std::initializer_list<std::pair<Event, int64_t>> list) {
  EventCounts counts = {};
  for (auto [event, number] : list)
    at(counts, event) = number;
  return counts;
}

/// Two cores, two steps, two populations.
Activity sample() {
  Activity activity;
  activity.tiles = 2;
  Activity::Step first, second;
  first.cores = {count({{Event::neuronActive, 10},
                        {Event::neuronIdle, 90},
                        {Event::spike, 4},
                        {Event::messageOut, 4},
                        {Event::synopDense, 100},
                        {Event::hopEastWest, 4},
                        {Event::hopNorthSouth, 2}}),
                 count({{Event::neuronIdle, 50}})};
  first.busiestLinks = {4, 2, 0};
  second.cores = {count({{Event::neuronIdle, 100}}),
                  count({{Event::neuronActive, 50}, {Event::messageIn, 4}, {Event::synopSparse, 400}})};
  second.busiestLinks = {0, 0, 0};
  activity.steps = {first, second};
  activity.populations = {"a", "b"};
  activity.byPopulation = {
      count({{Event::neuronActive, 10},
             {Event::neuronIdle, 190},
             {Event::spike, 4},
             {Event::messageOut, 4},
             {Event::synopDense, 100},
             {Event::hopEastWest, 4},
             {Event::hopNorthSouth, 2}}),
      count({{Event::neuronActive, 50}, {Event::neuronIdle, 50}, {Event::messageIn, 4}, {Event::synopSparse, 400}})};
  return activity;
}

std::string refuse(const Activity &activity) {
  llvm::Expected<EnergyReport> report = load("davies2018").evaluate(activity);
  return report ? "accepted" : llvm::toString(report.takeError());
}

TEST(Energy, FittedProfileByHand) {
  EnergyReport report = llvm::cantFail(load("loihi1_fit").evaluate(sample()));
  double a = 10 * 72.8 + 190 * 51.2 + 4 * 69.3 + 4 * 111 + 100 * 35.5 + 4 * 3.0 + 2 * 4.2;
  double b = 50 * 72.8 + 50 * 51.2 + 400 * 33.6;
  EXPECT_DOUBLE_EQ(a + b, report.total.known());
  ASSERT_EQ(2u, report.populations.size());
  EXPECT_DOUBLE_EQ(a, report.populations[0].known());
  EXPECT_DOUBLE_EQ(b, report.populations[1].known());
  EXPECT_DOUBLE_EQ(10 * 72.8 + 190 * 51.2 + 4 * 69.3 + 4 * 111 + 100 * 35.5 + 4 * 3.0 + 2 * 4.2,
                   report.cores[0].known());
  EXPECT_EQ(100 * 35.5, report.total.kinds[static_cast<size_t>(Event::synopDense)]);
  EXPECT_EQ(240, report.counts[static_cast<size_t>(Event::neuronIdle)]);
  EXPECT_TRUE(report.notKnown.empty());

  // First step: core 0 has 10 * 9.7 + 90 * 6 + 4 * 30 = 757 ns of neurons, 380 of synapses; the barrier of two tiles
  // takes 1000. Second: 400 * 4.7 = 1880 ns of synapses.
  ASSERT_TRUE(report.latency.has_value());
  EXPECT_DOUBLE_EQ(1000 + 1880, report.latency->nanoseconds);
  EXPECT_EQ((std::vector<double>{1000, 1880}), report.latency->stepNanoseconds);
  EXPECT_EQ((std::vector<Bound>{Bound::barrier, Bound::synapses}), report.latency->stepBounds);
  EXPECT_TRUE(report.latency->notKnown.empty());
}

TEST(Energy, EachBoundOfAStep) {
  EnergyProfile profile = load("loihi2_scaled");
  auto bound = [&](EventCounts core, std::array<int64_t, 3> links) {
    Activity activity;
    activity.steps.resize(1);
    activity.steps[0].cores = {core};
    activity.steps[0].busiestLinks = links;
    EnergyReport report = llvm::cantFail(profile.evaluate(activity));
    return std::pair(getName(report.latency->stepBounds.front()).str(), report.latency->nanoseconds);
  };
  std::array<int64_t, 3> idle = {0, 0, 0};
  EXPECT_EQ(std::pair(std::string("neurons"), 100 * 3.0), bound(count({{Event::neuronIdle, 100}}), idle));
  EXPECT_EQ(std::pair(std::string("synapses"), 1000 * 0.62), bound(count({{Event::synopConv, 1000}}), idle));
  EXPECT_EQ(std::pair(std::string("messages"), 10 * 16.0 + 10 * 5.1),
            bound(count({{Event::messageIn, 10}, {Event::messageOut, 10}}), idle));
  EXPECT_EQ(std::pair(std::string("link"), 100 * 6.5), bound(count({{Event::hopNorthSouth, 100}}), {0, 100, 0}));
  EXPECT_EQ(std::pair(std::string("barrier"), 66.7), bound({}, idle));
}

TEST(Energy, WhatAProfileDoesNotHaveIsNamed) {
  Activity activity = sample();
  EnergyReport report = llvm::cantFail(load("45nm").evaluate(activity));
  EXPECT_DOUBLE_EQ(500 * 0.9, report.total.known());
  EXPECT_EQ((std::vector<std::string>{"neuronActive", "neuronIdle", "spike", "messageIn", "messageOut", "hopEastWest",
                                      "hopNorthSouth"}),
            report.notKnown);
  EXPECT_EQ(std::nullopt, report.total.kinds[static_cast<size_t>(Event::spike)]);
  EXPECT_EQ(0.0, report.total.kinds[static_cast<size_t>(Event::hopChip)]) << "did not happen";
  EXPECT_FALSE(report.latency.has_value());

  EXPECT_EQ((std::vector<std::string>{"messageIn"}),
            llvm::cantFail(load("davies2018").evaluate(activity)).latency->notKnown);
  at(activity.steps[0].cores[0], Event::hopChip) = at(activity.byPopulation[0], Event::hopChip) = 3;
  activity.steps[0].busiestLinks = {-1, -1, 3};
  EnergyReport fit = llvm::cantFail(load("loihi1_fit").evaluate(activity));
  EXPECT_EQ((std::vector<std::string>{"hopChip"}), fit.notKnown);
  EXPECT_EQ((std::vector<std::string>{"hopChip", "link"}), fit.latency->notKnown);
}

TEST(Energy, SeveralInferences) {
  Activity activity = sample(), twice = activity;
  twice.inferences = 2;
  auto twofold = [](EventCounts &counts) {
    for (int64_t &number : counts)
      number *= 2;
  };
  for (Activity::Step &step : twice.steps) {
    llvm::for_each(step.cores, twofold);
    for (int64_t &link : step.busiestLinks)
      link *= 2;
  }
  llvm::for_each(twice.byPopulation, twofold);
  EnergyReport one = llvm::cantFail(load("davies2018").evaluate(activity));
  EnergyReport two = llvm::cantFail(load("davies2018").evaluate(twice));
  EXPECT_DOUBLE_EQ(one.total.known(), two.total.known());
  EXPECT_DOUBLE_EQ(one.latency->nanoseconds, two.latency->nanoseconds);
  EXPECT_EQ(one.counts, two.counts);
  EXPECT_EQ(one.latency->stepNanoseconds, two.latency->stepNanoseconds);
}

TEST(Energy, CountsThatCannotBe) {
  Activity activity = sample();
  at(activity.byPopulation[1], Event::synopSparse) = 399;
  EXPECT_EQ("the cores count 400 of synopSparse, the populations 399", refuse(activity));
  activity = sample();
  at(activity.steps[1].cores[0], Event::spike) = -1;
  EXPECT_EQ("expected counts of 0 or more, got -1 of spike", refuse(activity));
  activity = sample();
  activity.steps[1].cores.pop_back();
  EXPECT_EQ("expected counts of 2 cores in every step, got 1", refuse(activity));
  activity = sample();
  activity.populations.pop_back();
  EXPECT_EQ("expected counts of 1 populations, got 2", refuse(activity));
  activity = sample();
  activity.steps.clear();
  EXPECT_EQ("expected at least one chip step", refuse(activity));
  activity.inferences = 0;
  EXPECT_EQ("expected at least one inference and one tile, got 0 and 2", refuse(activity));
  activity = sample();
  at(activity.steps[0].cores[0], Event::spike) = at(activity.steps[1].cores[0], Event::spike) = INT64_MAX;
  EXPECT_EQ("the count of spike has more than 63 bits", refuse(activity));
}

TEST(Energy, BarrierBetweenItsPoints) {
  EnergyProfile davies = load("davies2018"), fit = load("loihi1_fit");
  EXPECT_EQ(113, davies.barrier(1));
  EXPECT_EQ(465, davies.barrier(32));
  EXPECT_EQ(465, davies.barrier(1000));
  EXPECT_DOUBLE_EQ(113 + 352.0 * 15 / 31, *davies.barrier(16));
  EXPECT_DOUBLE_EQ(1200, *fit.barrier(3));
  EXPECT_EQ(std::nullopt, load("45nm").barrier(1));
}

TEST(Energy, EveryNumberOfAProfileHasASource) {
  EXPECT_EQ((std::vector<std::string>{"davies2018", "loihi1_fit", "loihi2_scaled", "45nm"}), EnergyProfile::names());
  for (const std::string &name : EnergyProfile::names()) {
    EnergyProfile profile = load(name);
    for (const Field &field : profile.data().fields) {
      EXPECT_FALSE(field.source.empty()) << name << " " << field.name;
      if (name == "loihi2_scaled")
        EXPECT_EQ(Provenance::assumed, field.provenance) << field.name;
    }
  }
  llvm::Expected<EnergyProfile> unknown = EnergyProfile::load("loihi9");
  ASSERT_FALSE(bool(unknown));
  EXPECT_EQ(
      "unknown energy profile 'loihi9', expected davies2018, loihi1_fit, loihi2_scaled, 45nm or the path of a .json "
      "file",
      llvm::toString(unknown.takeError()));
}

} // namespace
