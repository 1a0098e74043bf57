#include "widgets/look/plain_texts.h"

#include <QEvent>
#include <QLabel>

namespace mhc {

bool PlainTexts::eventFilter(QObject* object, QEvent* event) {
  if (event->type() == QEvent::Polish) {
    auto* label = qobject_cast<QLabel*>(object);
    if (label != nullptr && label->textFormat() == Qt::AutoText) {
      label->setTextFormat(Qt::PlainText);
    }
  }
  return QObject::eventFilter(object, event);
}

}  // namespace mhc
