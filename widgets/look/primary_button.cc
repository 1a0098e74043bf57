#include "widgets/look/primary_button.h"

#include <QPushButton>
#include <QStyle>

namespace mhc {

void MakePrimary(QPushButton& button) {
  button.setProperty("primary", true);
  // A button of a dialog's box has its style already, chosen without the property.
  button.style()->unpolish(&button);
  button.style()->polish(&button);
}

}  // namespace mhc
