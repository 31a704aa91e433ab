Feature: Operating system and identity
  Every hypervisor runs Proxmox VE 8.4.1 on Debian 12 under the name and the addresses that the inventory gives it.

  @req:PRE-01 @req:PRE-02 @req:OS-01 @req:OS-02 @req:OS-03 @req:ID-01 @req:ID-02 @req:ID-03
  Scenario Outline: The nodes run what they should, as who they should
    When the site is audited
    Then every hypervisor satisfies <requirement>

    Examples:
      | requirement |
      | PRE-01      |
      | PRE-02      |
      | OS-01       |
      | OS-02       |
      | OS-03       |
      | ID-01       |
      | ID-02       |
      | ID-03       |

  @req:PRE-02 @req:OS-01 @req:OS-02 @req:OS-03 @req:ID-01 @req:ID-02 @req:ID-03 @disposable @plant
  Scenario Outline: A node with another system or identity is found
    Given the tenant hypervisor has "<violation>"
    When the site is audited
    Then the tenant hypervisor fails <requirement>

    Examples:
      | violation                          | requirement |
      | a clock seven minutes off          | PRE-02      |
      | plain Debian instead of Proxmox VE | OS-01       |
      | an upgrade to 8.4.14               | OS-02       |
      | Debian 11 underneath               | OS-03       |
      | the installer's host name          | ID-01       |
      | another address                    | ID-02       |
      | a MAC the inventory does not know  | ID-03       |

  @req:PRE-01 @disposable @plant
  Scenario: A node that is off passes nothing
    Given the tenant hypervisor has "no power"
    When the site is audited
    Then the tenant hypervisor fails PRE-01
    And the tenant hypervisor passes nothing but what the inventory alone decides

  @req:OS-01 @disposable @plant
  Scenario: On a node without Proxmox VE nothing about Proxmox VE passes
    Given the tenant hypervisor has "plain Debian instead of Proxmox VE"
    When the site is audited
    Then the tenant hypervisor passes none of CLU-01, CLU-02, CLU-03, CLU-04, CLU-05, TPL-01, TPL-02, TPL-03, MAC-04
