// A checkpoint: parameters, optimiser moments and the rest of the training state, in one folder.
//
// Written beside (step-….partial), synced, then renamed: a folder of that name is complete. Its
// state.json has a checksum of each file and of itself, which are looked at before anything of it
// is used.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/formats/open_folder.h"
#include "core/model/hyper_connection.h"
#include "core/result.h"
#include "core/train/trainer.h"

namespace mhc {

// The constraint of one site, and the one that a blend still fades out.
struct SiteState {
  std::string constraint;  // as ToText(ConstraintChoice), with the present scale of `harmonized`
  double mean_gain = std::numeric_limits<double>::quiet_NaN();  // that the scale follows
  std::string outgoing;                                         // "" where no blend goes on
  Blend blend;
};

// state.json: what a checkpoint holds beside tensors.
struct TrainingState {
  std::int64_t step = 0;       // finished steps
  double learning_rate = 0.0;  // the peak that the schedule scales
  std::string on_nonfinite;
  double seconds = 0.0;
  std::int64_t last_intervention = 0;  // the number of the newest one that it contains
  std::string data_hash;
  std::vector<SiteState> sites;
  // Of the files with tensors, by name. A checkpoint of before 0.4.0 has none.
  std::map<std::string, std::string> checksums;
};

// The sites of a model as they are now.
std::vector<SiteState> SiteStates(const Decoder& model);

// Writes the folder `name`, which must not be there, by way of `name`.partial. Every write is
// checked and synced; on an error nothing of that name appears.
Status SaveCheckpoint(const OpenFolder& checkpoints, const std::string& name,
                      const TrainingState& state, Trainer& trainer);

// Reads state.json alone, which must be of `step`. Every value is checked.
Result<TrainingState> ReadTrainingState(const OpenFolder& checkpoint, std::int64_t step);

// Gives the trainer the constraints, parameters and moments of the checkpoint. Error names the file
// and what is wrong with it: other bytes than were saved, a tensor that is missing, unknown, of
// another shape or not finite, a second moment below 0; the trainer is then not to be used.
Status LoadCheckpoint(const OpenFolder& checkpoint, const TrainingState& state, Trainer& trainer);

}  // namespace mhc
