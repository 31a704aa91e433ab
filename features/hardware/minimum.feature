Feature: Hardware bounds
  What any hypervisor must bring, bought or built: enough memory, a local SSD, a processor with VT-x, Gigabit Ethernet.

  @req:MIN-01 @req:MIN-02 @req:MIN-03 @req:MIN-04
  Scenario Outline: The machines are large enough
    When the site is audited
    Then every hypervisor satisfies <requirement>

    Examples:
      | requirement |
      | MIN-01      |
      | MIN-02      |
      | MIN-03      |
      | MIN-04      |

  @req:MIN-01 @req:MIN-02 @req:MIN-03 @req:MIN-04 @disposable @plant
  Scenario Outline: A machine below the bounds is found
    Given the management hypervisor has "<violation>"
    When the site is audited
    Then the management hypervisor fails <requirement>

    Examples:
      | violation          | requirement |
      | 16 GB of memory    | MIN-01      |
      | a 960 GB SSD       | MIN-02      |
      | a hard disk        | MIN-02      |
      | a USB disk only    | MIN-02      |
      | VT-x off           | MIN-03      |
      | no kvm device      | MIN-03      |
      | a 100 Mb/s link    | MIN-04      |
      | an unplugged cable | MIN-04      |
