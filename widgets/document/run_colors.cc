#include "widgets/document/run_colors.h"

#include <QSettings>
#include <QStringList>
#include <QUrl>
#include <algorithm>

#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr const char* kGroup = "runColors";
constexpr const char* kFormerTurn = "nextRunColor";  // of version 0.1

// A stranger's id may hold anything; a slash would part the key.
QString KeyOf(const std::string& id) {
  return QString::fromLatin1(QUrl::toPercentEncoding(QString::fromStdString(id)));
}

std::string IdOf(const QString& key) {
  return QUrl::fromPercentEncoding(key.toLatin1()).toStdString();
}

}  // namespace

RunColors::RunColors(Use use) : use_(use) {
  QSettings settings;
  settings.beginGroup(kGroup);
  for (const QString& key : settings.childKeys()) {
    // Without a path it is of version 0.1, and whether its run is gone cannot be told.
    const QStringList words = settings.value(key).toStringList();
    const int color = words.value(0).toInt();
    const bool is_well = words.size() == 2 && color >= 0 && color < Look::RunColorCount();
    kept_[IdOf(key)] = {is_well ? color : 0, is_well ? words[1].toStdString() : std::string()};
  }
  settings.endGroup();
  if (use_ == Use::kKeep && settings.contains(kFormerTurn)) settings.remove(kFormerTurn);
  ForgetGone();
}

std::optional<int> RunColors::Of(const std::string& id) const {
  const auto found = kept_.find(id);
  return found == kept_.end() ? std::nullopt : std::optional(found->second.color);
}

std::optional<int> RunColors::At(const std::filesystem::path& run) const {
  for (const auto& [id, kept] : kept_) {
    if (kept.run == run) return kept.color;
  }
  return std::nullopt;
}

int RunColors::FirstFree(const std::vector<int>& taken) const {
  std::vector<std::size_t> uses(static_cast<std::size_t>(Look::RunColorCount()), 0);
  const std::size_t more_than_kept = kept_.size() + 1;
  for (const auto& [id, kept] : kept_) ++uses[static_cast<std::size_t>(kept.color)];
  for (const int color : taken) uses[static_cast<std::size_t>(color)] += more_than_kept;
  return static_cast<int>(std::min_element(uses.begin(), uses.end()) - uses.begin());
}

void RunColors::Keep(const std::string& id, const std::filesystem::path& run, int color) {
  const auto found = kept_.find(id);
  if (found != kept_.end() && found->second.color == color && found->second.run == run) return;
  std::vector<std::string> replaced;
  for (const auto& [other, kept] : kept_) {
    if (other != id && kept.run == run) replaced.push_back(other);
  }
  for (const std::string& other : replaced) Forget(other);
  kept_[id] = {color, run};
  if (use_ == Use::kLook) return;
  QSettings().setValue(QLatin1String(kGroup) + '/' + KeyOf(id),
                       QStringList{QString::number(color), QString::fromStdString(run.string())});
}

void RunColors::ForgetGone() {
  std::vector<std::string> gone;
  std::error_code error;
  for (const auto& [id, kept] : kept_) {
    if (!std::filesystem::exists(kept.run, error)) gone.push_back(id);
  }
  for (const std::string& id : gone) Forget(id);
}

void RunColors::Forget(const std::string& id) {
  kept_.erase(id);
  if (use_ == Use::kKeep) QSettings().remove(QLatin1String(kGroup) + '/' + KeyOf(id));
}

}  // namespace mhc
